import numpy as np
import pytest

from server.models.embeddings import Embedder, make_embedder
from server.models.wordllama import inverse_frequencies, pool
from server.settings import load_settings


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return make_embedder(load_settings(embedding_model="local/wordllama"), retries=0, timeout_seconds=1)


async def test_vectors_are_those_of_the_wordllama_package(embedder: Embedder) -> None:
    # From `WordLlama.load().embed(texts, norm=True)`, wordllama 0.4.0.
    expected = [[0.0421365, -0.043448, -0.0127284, -0.0577092], [-0.0455873, 0.0868596, 0.030386, -0.0982639]]
    vectors = await embedder.embed(["How do I enable CORS?", "日本語のドキュメント"])
    np.testing.assert_allclose(vectors[:, :4], expected, atol=1e-6)


async def test_each_text_is_embedded_as_if_it_were_alone(embedder: Embedder) -> None:
    texts = ["short", "a much longer text " * 300, "🎉", "", "middle sized, with punctuation."]
    together = await embedder.embed(texts)
    alone = np.vstack([await embedder.embed([text]) for text in texts])
    np.testing.assert_allclose(together, alone, atol=1e-6)


async def test_rows_have_length_one_and_those_without_a_token_zero(embedder: Embedder) -> None:
    vectors = await embedder.embed(["one", "", "two words"])
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), [1, 0, 1], atol=1e-6)
    assert np.float32 == vectors.dtype


async def test_no_texts_give_no_rows(embedder: Embedder) -> None:
    assert (await embedder.embed([])).shape == (0, 256)


async def test_a_text_of_megabytes_is_embedded_by_its_beginning(embedder: Embedder) -> None:
    vectors = await embedder.embed(["word " * 4_000, "word " * 4_000 + "something else entirely " * 100_000])
    np.testing.assert_array_equal(vectors[0], vectors[1])


async def test_related_texts_are_nearer_than_unrelated_ones(embedder: Embedder) -> None:
    query, near, far = await embedder.embed(
        ["upload a file", "Files are sent as form data and read in the handler.", "The moon orbits the earth."]
    )
    assert query @ near > query @ far


def test_pooling_weighs_each_token() -> None:
    rows = np.array([[1, 0], [0, 1], [5, 5]], np.float32)
    weights = np.array([1, 0.5, 0], np.float32)
    pooled = pool(np.array([0, 1, 1, 2]), rows, weights=weights)
    np.testing.assert_array_equal(pooled, [1, 1])


def test_pooling_no_tokens_gives_zeros() -> None:
    pooled = pool(np.array([], np.intp), np.ones((3, 2), np.float32), weights=np.ones(3, np.float32))
    np.testing.assert_array_equal(pooled, [0, 0])


def test_a_common_token_weighs_less_than_a_rare_one() -> None:
    weights = inverse_frequencies(np.array([79_000, 1_000, 0]))
    np.testing.assert_allclose(weights, [1e-3 / (1e-3 + 0.79), 1e-3 / (1e-3 + 0.01), 1], rtol=1e-3)


def test_a_tiny_corpus_weighs_little_down() -> None:
    assert inverse_frequencies(np.array([20, 1, 0])).min() > 0.5


async def test_an_embedder_that_knows_the_corpus_looks_past_its_common_words(embedder: Embedder) -> None:
    corpus = [f"The lamp and the dimmer of the lamp, number {number}." for number in range(50)]
    knowing = embedder.with_token_weights(embedder.learn_token_weights([*corpus, "Refunds take a week."]))
    texts = ["When does the lamp refund come?", "Refunds take a week.", corpus[0]]
    plain_query, plain_rare, plain_common = await embedder.embed(texts)
    query, rare, common = await knowing.embed(texts)
    assert query @ rare - query @ common > plain_query @ plain_rare - plain_query @ plain_common
    np.testing.assert_array_equal(plain_query, (await embedder.embed(texts))[0])
