"""The models that `slq model pull` knows: GGUF files that plan better than the embedded one, and what they take.

Every entry names one file at one commit of its repository, so that what is pulled can never change under the same
name. Sizes and hashes are those that the hub states for that commit. Where a hash could not be had from two sources
that agree, it is None: the first pull then pins what the hub states, and says so.

What a model is good for is what its makers built it for, not what was measured here: `slq model bench` measures.
"""

from __future__ import annotations

from pydantic import Field

from tools.kernel.errors import BadRequest
from tools.kernel.types import Record

OTHER_BYTES = 150_000_000  # Python, its libraries, what is between the layers
LOGITS_BYTES = 512 * 4  # llama.cpp keeps room for the scores of 512 tokens, a float for each word it knows
EMBEDDED = "embedded"
EMBEDDED_LICENCE = "Apache-2.0"
EMBEDDED_GOOD_FOR = "Always there and quick: the calls of everyday research."
EMBEDDED_KV_BYTES_PER_TOKEN = 23_040
EMBEDDED_VOCABULARY = 49_152


class KnownModel(Record):
    """One GGUF on the hub.

    Attributes:
        name: what the user types.
        repo: owner and repository on the hub.
        file: the GGUF's name there.
        revision: the commit, 40 hexadecimal digits.
        size_bytes: of the file.
        licence: as its makers call it; the file's page has the text.
        sha256: of the file; None where it is pinned by the first pull.
        kv_bytes_per_token: what one token of context takes in 16-bit keys and values.
        vocabulary: how many tokens it knows.
        good_for: one line.
    """

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9.-]*$")
    repo: str = Field(pattern=r"^[\w.-]+/[\w.-]+$")
    file: str = Field(pattern=r"^[\w.-]+\.gguf$")
    revision: str = Field(pattern=r"^[0-9a-f]{40}$")
    size_bytes: int = Field(gt=0)
    licence: str
    sha256: str | None = Field(pattern=r"^[0-9a-f]{64}$")
    kv_bytes_per_token: int = Field(gt=0)
    vocabulary: int = Field(gt=0)
    good_for: str

    def memory_bytes(self, context_tokens: int) -> int:
        """Return about how much memory a process with this model takes; see `memory_bytes`."""
        return memory_bytes(self.size_bytes, self.kv_bytes_per_token * context_tokens, self.vocabulary)


def memory_bytes(size_bytes: int, context_bytes: int, vocabulary: int) -> int:
    """Return the estimate of the most memory: the file, its context, the scores, and what every model takes."""
    return size_bytes + context_bytes + LOGITS_BYTES * vocabulary + OTHER_BYTES


KNOWN: tuple[KnownModel, ...] = (
    KnownModel(
        name="functiongemma-270m",
        repo="unsloth/functiongemma-270m-it-GGUF",
        file="functiongemma-270m-it-Q8_0.gguf",
        revision="1de0f7fc7cae0062012c2e91ef02e642c161aa57",
        size_bytes=291_558_624,
        licence="Gemma Terms of Use",
        sha256=None,
        kv_bytes_per_token=18_432,
        vocabulary=262_144,
        good_for="Made for function calls alone, in a syntax of its own; meant to be tuned.",
    ),
    KnownModel(
        name="granite-4.0-350m",
        repo="ibm-granite/granite-4.0-350m-GGUF",
        file="granite-4.0-350m-Q8_0.gguf",
        revision="b8208a86a58427e1739265318028eb5895b74bf2",
        size_bytes=378_138_016,
        licence="Apache-2.0",
        sha256="9595dafb4ed15aa02512c8ea26188744192a6f09530eae0a2747bd3ada96cd36",
        kv_bytes_per_token=28_672,
        vocabulary=100_352,
        good_for="The smallest here that was trained to call tools in any domain.",
    ),
    KnownModel(
        name="qwen3-0.6b",
        repo="Qwen/Qwen3-0.6B-GGUF",
        file="Qwen3-0.6B-Q8_0.gguf",
        revision="23749fefcc72300e3a2ad315e1317431b06b590a",
        size_bytes=639_446_688,
        licence="Apache-2.0",
        sha256="9465e63a22add5354d9bb4b99e90117043c7124007664907259bd16d043bb031",
        kv_bytes_per_token=114_688,
        vocabulary=151_936,
        good_for="Small and quick, with tool calls in its training.",
    ),
    KnownModel(
        name="qwen3-1.7b",
        repo="Qwen/Qwen3-1.7B-GGUF",
        file="Qwen3-1.7B-Q8_0.gguf",
        revision="90862c4b9d2787eaed51d12237eafdfe7c5f6077",
        size_bytes=1_834_426_016,
        licence="Apache-2.0",
        sha256="061b54daade076b5d3362dac252678d17da8c68f07560be70818cace6590cb1a",
        kv_bytes_per_token=114_688,
        vocabulary=151_936,
        good_for="A laptop without a graphics card: freer wording than the small ones.",
    ),
    KnownModel(
        name="smollm3-3b",
        repo="ggml-org/SmolLM3-3B-GGUF",
        file="SmolLM3-Q4_K_M.gguf",
        revision="4965cb60b150737b68a0408c36aeefb65078f894",
        size_bytes=1_915_305_312,
        licence="Apache-2.0",
        sha256="8334b850b7bd46238c16b0c550df2138f0889bf433809008cc17a8b05761863e",
        kv_bytes_per_token=73_728,
        vocabulary=128_256,
        good_for="From the makers of the embedded model; open data and recipe.",
    ),
    KnownModel(
        name="llama-3.2-3b",
        repo="bartowski/Llama-3.2-3B-Instruct-GGUF",
        file="Llama-3.2-3B-Instruct-Q4_K_M.gguf",
        revision="5ab33fa94d1d04e903623ae72c95d1696f09f9e8",
        size_bytes=2_019_377_696,
        licence="Llama 3.2 Community",
        sha256="6c1a2b41161032677be168d354123594c0e6e67d2b9227c84f296ad037c728ff",
        kv_bytes_per_token=114_688,
        vocabulary=128_256,
        good_for="A steady all-round 3B; mind the terms of its licence.",
    ),
    KnownModel(
        name="granite-4.0-micro",
        repo="ibm-granite/granite-4.0-micro-GGUF",
        file="granite-4.0-micro-Q4_K_M.gguf",
        revision="ec48475f0c811d812fbfb61975717a9c36eeb652",
        size_bytes=2_099_502_528,
        licence="Apache-2.0",
        sha256="97c417dcc0534b0737c74016fb2af083cb17c3b51eaac621192d23961b7024eb",
        kv_bytes_per_token=81_920,
        vocabulary=100_352,
        good_for="A 3B trained for tool calls, light on memory for its context.",
    ),
    KnownModel(
        name="qwen3-4b",
        repo="Qwen/Qwen3-4B-GGUF",
        file="Qwen3-4B-Q4_K_M.gguf",
        revision="bc640142c66e1fdd12af0bd68f40445458f3869b",
        size_bytes=2_497_280_256,
        licence="Apache-2.0",
        sha256="7485fe6f11af29433bc51cab58009521f205840f5b4ae3a32fa7f92e8534fdf5",
        kv_bytes_per_token=147_456,
        vocabulary=151_936,
        good_for="Several steps and follow-ups, where 8 GB of memory are there.",
    ),
    KnownModel(
        name="qwen3-4b-2507",
        repo="unsloth/Qwen3-4B-Instruct-2507-GGUF",
        file="Qwen3-4B-Instruct-2507-Q4_K_M.gguf",
        revision="a06e946bb6b655725eafa393f4a9745d460374c9",
        size_bytes=2_497_281_120,
        licence="Apache-2.0",
        sha256="3605803b982cb64aead44f6c1b2ae36e3acdb41d8e46c8a94c6533bc4c67e597",
        kv_bytes_per_token=147_456,
        vocabulary=151_936,
        good_for="The later 4B, which answers without thinking aloud first.",
    ),
    KnownModel(
        name="qwen3-8b",
        repo="Qwen/Qwen3-8B-GGUF",
        file="Qwen3-8B-Q4_K_M.gguf",
        revision="7c41481f57cb95916b40956ab2f0b139b296d974",
        size_bytes=5_027_783_488,
        licence="Apache-2.0",
        sha256="d98cdcbd03e17ce47681435b5150e34c1417f50b5c0019dd560e4882c5745785",
        kv_bytes_per_token=147_456,
        vocabulary=151_936,
        good_for="The largest here: a graphics card, or patience.",
    ),
)


def find_known(name: str) -> KnownModel:
    """Return the model called `name`. Raises BadRequest that lists the names."""
    for model in KNOWN:
        if model.name == name.strip().lower():
            return model
    raise BadRequest(f"No model is called {name!r}.", hint=f"One of {', '.join(model.name for model in KNOWN)}.")
