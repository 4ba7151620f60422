"""`local/wordllama`: static token embeddings that ship inside a wheel. No key, no network, no GPU.

1. The weights and the tokenizer are read from the installed package's files, without importing it: the import
   takes 0.45 s, calls `logging.basicConfig` and brings `requests` along.
2. Texts are tokenised without padding and pooled one by one: the package pads a batch to its longest text,
   which took 4 GB for one text of 100 kB.
3. Tokens are weighted by smooth inverse frequency, a / (a + p), with p from the corpus itself (Arora, Liang & Ma
   2017, "A simple but tough-to-beat baseline for sentence embeddings"; a = 1e-3 is theirs). With p from other
   corpora half of the gain was lost.
"""

import asyncio
import copy
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file
from tokenizers import Encoding, Tokenizer

from server.errors import SettingsInvalid
from server.models.embeddings import Embedder

_WEIGHTS = "weights/l2_supercat_256.safetensors"
_TOKENIZER = "tokenizers/l2_supercat_tokenizer_config.json"

_SIF_A = 1e-3
# As if the corpus had so many tokens more, none of them seen: a page or two do not tell what is common, and
# would weigh every word they have far below those they have not. A guess; nothing at 100,000 tokens and up.
_UNSEEN_TOKENS = 20_000
_BATCH = 512

# What hosted models read of a text, roughly (8,191 tokens). The tokenizer needs some 100 bytes for each token,
# so 128 texts of 1 MB would take 5 GB; windows have 600 characters and never get near.
_TEXT_MAX_CHARS = 20_000

# Up to here one text is embedded on the event loop: 10 µs for a short query, 0.25 ms for 1,000 characters,
# where the hop to a thread and back alone takes 0.17 ms (measured November 2026, two cores).
_DIRECT_MAX_CHARS = 1_000


class WordllamaEmbedder(Embedder):
    model = "local/wordllama"
    is_free = True

    def __init__(self) -> None:
        """Loads the model: about 0.3 s, blocking. Raises `SettingsInvalid` when its files are not installed."""
        folder = _find_package()
        self._rows: NDArray[np.float32] = load_file(folder / _WEIGHTS)["embedding.weight"].astype(np.float32)
        self._weights = np.ones(len(self._rows), np.float32)
        self._tokenizer = Tokenizer.from_file(str(folder / _TOKENIZER))

    async def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        if len(texts) == 1 and len(texts[0]) <= _DIRECT_MAX_CHARS:
            return self._embed(texts)
        return await asyncio.to_thread(self._embed, texts)

    learns_token_weights = True

    def learn_token_weights(self, texts: Sequence[str]) -> bytes:
        counts = np.zeros(len(self._rows), np.int64)
        for start in range(0, len(texts), _BATCH):
            for encoding in self._encode(texts[start : start + _BATCH]):
                np.add.at(counts, encoding.ids, 1)
        return inverse_frequencies(counts).tobytes()

    def with_token_weights(self, weights: bytes) -> "WordllamaEmbedder":
        weighted = copy.copy(self)
        weighted._weights = np.frombuffer(weights, np.float16).astype(np.float32)
        return weighted

    def _encode(self, texts: Sequence[str]) -> list[Encoding]:
        return self._tokenizer.encode_batch_fast(
            [text[:_TEXT_MAX_CHARS] for text in texts], add_special_tokens=False
        )

    def _embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        pooled = np.empty((len(texts), self._rows.shape[1]), np.float32)
        for i, encoding in enumerate(self._encode(texts)):
            pooled[i] = pool(np.asarray(encoding.ids, np.intp), self._rows, weights=self._weights)
        return to_unit_rows(pooled)


def pool(
    token_ids: NDArray[np.intp], rows: NDArray[np.float32], *, weights: NDArray[np.float32]
) -> NDArray[np.float32]:
    """The weighted sum of the tokens' rows; all zeros without tokens.

    The sum stands for the mean: they differ in length only. One product per text is ten times as fast as
    `np.add.reduceat` over a batch, and its memory is one text's.
    """
    return weights[token_ids] @ rows[token_ids]


def inverse_frequencies(counts: NDArray[np.int64]) -> NDArray[np.float16]:
    """How often each token occurs to how much it weighs: a / (a + p), 1 for a token that never does."""
    frequencies = counts / (counts.sum() + _UNSEEN_TOKENS)
    weights: NDArray[np.float16] = (_SIF_A / (_SIF_A + frequencies)).astype(np.float16)
    return weights


def to_unit_rows(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """The same vectors with length 1; rows of zeros stay as they are."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    lengths[lengths == 0] = 1
    unit_rows: NDArray[np.float32] = vectors / lengths
    return unit_rows


def _find_package() -> Path:
    spec = find_spec("wordllama")
    folders = spec.submodule_search_locations if spec else None
    if not folders:
        raise SettingsInvalid(
            "LECTERN_EMBEDDING_MODEL is 'local/wordllama', but it is missing: install `wordllama`."
        )
    folder = Path(folders[0])
    for name in (_WEIGHTS, _TOKENIZER):
        if not (folder / name).is_file():
            raise SettingsInvalid(f"{folder / name} is missing: reinstall `wordllama` (0.4) to mend it.")
    return folder
