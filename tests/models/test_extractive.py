import re
from contextlib import aclosing

from server.events import Delta, Finished
from server.models.extractive import NOTHING_FOUND, OPENING, ExtractiveCompleter, compose_answer, read_terms
from server.records import Match, Prompt


def make_match(content: str, *, title: str = "Guide", heading: str = "", rank: int = 1) -> Match:
    return Match(
        id=rank,
        page_id=rank,
        path=f"/{rank}",
        url=f"/{rank}",
        title=title,
        slug=None,
        heading=heading,
        heading_path=(heading,) if heading else (),
        content=content,
        token_count=1,
        similarity=None,
        score=1 / rank,
        coverage=None,
        rank=rank,
    )


CORS = make_match(
    """\
Browsers block requests to other origins. Set `cors` in the server's configuration to allow some of them:

```toml
cors = ["https://example.com"]
```

Restart the server afterwards. The weather in the mountains changes quickly.
""",
    title="Server",
    heading="Allow other origins",
)
PORTS = make_match("The port is 8000. Any free port may be chosen. An origin has a port.", title="Ports", rank=2)


def test_the_answer_quotes_the_best_sentences_under_their_heading_with_code_and_number() -> None:
    expected = """\
**Server › Allow other origins**

Browsers block requests to other origins. Set `cors` in the server's configuration to allow some of them: [1]

```toml
cors = ["https://example.com"]
```"""
    assert expected == compose_answer("How do I set cors to allow origins?", [CORS])


def test_passages_are_grouped_by_source_in_citation_order() -> None:
    answer = compose_answer("Which port do other origins have with cors?", [CORS, PORTS])
    headings = re.findall(r"^\*\*.*\*\*$", answer, re.MULTILINE)
    assert (headings, cited_in(answer)) == (["**Server › Allow other origins**", "**Ports**"], ["1", "2"])


def test_left_out_sentences_of_a_paragraph_leave_an_ellipsis() -> None:
    match = make_match("Ports are numbers. Nothing to see in this one. Privileged ports need root.")
    expected = "**Guide**\n\nPorts are numbers. … Privileged ports need root. [1]"
    assert expected == compose_answer("privileged ports numbers", [match])


def test_items_of_a_list_stay_a_list() -> None:
    match = make_match("- Set the port with `--port`.\n- Set the address of the port with `--host`.\n")
    expected = "**Guide**\n\n- Set the port with `--port`. [1]\n- Set the address of the port with `--host`. [1]"
    assert expected == compose_answer("set port", [match])


def test_at_most_five_passages_of_three_sources_are_quoted() -> None:
    words = ["north", "south", "east", "west", "hill", "lake", "wood", "moor"]
    matches = [
        make_match(f"A {word} is here. Nothing at all. The {word} is there.", rank=i)
        for i, word in enumerate(words, 1)
    ]
    answer = compose_answer(" ".join(words), matches)
    quoted = re.findall(r"(?:A|The) \w+ is t?here\.", answer)
    assert (cited_in(answer), len(quoted)) == (["1", "2", "3"], 5)


def test_the_same_sentence_of_two_sections_is_quoted_once() -> None:
    sentence = "Set the port with `--port`."
    answer = compose_answer("set port", [make_match(sentence), make_match(sentence, rank=2)])
    assert f"**Guide**\n\n{sentence} [1]" == answer


def test_a_query_without_a_word_in_common_gets_what_the_best_section_opens_with() -> None:
    assert compose_answer("zzz", [PORTS]).startswith("**Ports**\n\nThe port is 8000.")


def test_sections_of_code_only_say_so() -> None:
    assert compose_answer("port", [make_match("```\nport = 1\n```")]) == NOTHING_FOUND


def test_words_meet_in_their_forms_and_identifiers_in_their_parts() -> None:
    terms = read_terms("Deploying and deployed: usePortMap, ports of the CORSMiddleware")
    assert {"deploy", "useportmap", "port", "map", "cors", "middlewar", "corsmiddlewar"} == terms
    assert {"設定", "定を"} == read_terms("設定を")


async def test_the_answer_opens_with_what_it_is_and_streams_word_by_word() -> None:
    prompt = Prompt(query="set port", messages=(), matches=(make_match("Set the port  with `--port`.\n\nDone."),))
    async with aclosing(ExtractiveCompleter().complete(prompt)) as stream:
        events = [event async for event in stream]
    texts = [OPENING, "**Guide**", "\n\nSet", " the", " port", " with", " `--port`.", " [1]"]
    assert [*map(Delta, texts), Finished("stop")] == events


def test_the_opening_says_that_no_model_wrote_this() -> None:
    assert "No language model has written this" in OPENING


def cited_in(answer: str) -> list[str]:
    return sorted(set(re.findall(r"\[(\d)\]", answer)))


def test_unspaced_scripts_are_compared_by_pairs_and_letters_beside_them_by_words() -> None:
    assert read_terms("用Docker部署") == {"用", "部署", "docker"}
    assert read_terms("ค่าใหม่") == {"ค่าให", "ใหม่"}


def test_chinese_sentences_of_one_paragraph_are_quoted_without_a_space_between() -> None:
    answer = compose_answer(
        "部署环境变量", [make_match("部署之前请检查环境变量。部署变量之后请重启，再检查环境。")]
    )
    assert "部署之前请检查环境变量。部署变量之后请重启，再检查环境。 [1]" in answer
