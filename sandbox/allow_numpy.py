"""The names of numpy, math and plain Python values that generated code may use. Data only.

numpy functions come with the number of arguments they take by place and the names they take: `out` would write
into memory, `where` without it leaves memory as it was found, `like` and `subok` call into other classes.
"""

from __future__ import annotations

from sandbox.allow_pandas import words

# ufuncs: exactly their inputs, so that no third array can be an output
UFUNCS = words("""
    abs absolute add arccos arccosh arcsin arcsinh arctan arctan2 arctanh bitwise_and bitwise_or bitwise_xor
    cbrt ceil conj copysign cos cosh deg2rad degrees divide equal exp exp2 expm1 fabs float_power floor
    floor_divide fmax fmin fmod greater greater_equal heaviside hypot invert isfinite isinf isnan less
    less_equal log log10 log1p log2 logaddexp logical_and logical_not logical_or logical_xor matmul maximum
    minimum mod multiply negative not_equal positive power rad2deg radians reciprocal remainder rint sign
    signbit sin sinh sqrt square subtract tan tanh true_divide trunc
""")

# name(s), arguments by place, names
FUNCTIONS: tuple[tuple[str, int, str], ...] = (
    (
        "sum prod mean max min amax amin all any median nansum nanprod nanmean nanmax nanmin nanmedian",
        2,
        "axis keepdims",
    ),
    ("std var nanstd nanvar", 2, "axis ddof keepdims"),
    ("percentile quantile nanpercentile nanquantile", 3, "axis method keepdims"),
    ("ptp argmax argmin nanargmax nanargmin cumsum cumprod nancumsum nancumprod count_nonzero", 2, "axis"),
    ("argsort sort", 2, "axis kind stable"),
    ("clip", 3, "a_min a_max min max"),
    ("round around", 2, "decimals"),
    ("average", 3, "axis weights"),
    ("diff", 3, "n axis prepend append"),
    ("gradient", 3, "axis edge_order"),
    ("where", 3, ""),
    ("select", 3, "default"),
    ("nan_to_num", 1, "nan posinf neginf"),
    ("concatenate stack", 2, "axis"),
    ("vstack hstack column_stack dstack atleast_1d atleast_2d ravel real imag", 1, ""),
    ("reshape tile roll repeat take expand_dims squeeze transpose moveaxis swapaxes flip", 3, "axis shift"),
    ("fliplr flipud diag triu tril", 2, "k"),
    ("dot outer inner cross kron array_equal", 2, ""),
    ("isclose allclose", 2, "rtol atol equal_nan"),
    ("cov", 2, "rowvar ddof bias"),
    ("corrcoef", 2, "rowvar"),
    ("convolve correlate", 3, "mode"),
    ("interp", 3, "left right"),
    ("polyfit", 3, "deg w"),
    ("polyval", 2, ""),
    ("histogram", 2, "bins range density weights"),
    ("digitize searchsorted", 2, "right side"),
    ("bincount", 2, "weights minlength"),
    ("unique", 1, "return_index return_inverse return_counts axis"),
    ("isin", 2, "invert"),
    ("intersect1d union1d setdiff1d", 2, ""),
    ("nonzero flatnonzero argwhere isscalar ndim shape size", 1, ""),
    ("trapezoid", 2, "x dx axis"),
    ("meshgrid", 4, "indexing"),
    ("linspace logspace eye", 3, "dtype num endpoint start stop"),
    ("identity", 1, "dtype"),
    ("hanning hamming blackman bartlett", 1, ""),
)
TYPED_FUNCTIONS = words("array asarray full full_like")
ZEROS = words("zeros ones zeros_like ones_like")
ACCUMULATING = words("add maximum minimum multiply logical_or logical_and")
LINALG: tuple[tuple[str, int, str], ...] = (
    ("norm", 3, "ord axis"),
    ("inv det pinv eigh eigvalsh svd qr cholesky matrix_rank eigvals eig cond", 1, ""),
    ("solve", 2, ""),
    ("lstsq", 2, "rcond"),
)
FFT: tuple[tuple[str, int, str], ...] = (("fft ifft rfft irfft", 3, "n axis"), ("fftfreq rfftfreq", 2, "d"))
CONSTANTS = words("nan inf pi e euler_gamma newaxis")
NUMBERS = words("float64 float32 int64 int32 int16 int8 uint8 uint32 uint64 bool_")

ARRAY = words("T dtype imag ndim real shape size")
ARRAY_METHODS: tuple[tuple[str, int, str], ...] = (
    ("sum prod mean max min all any", 1, "axis keepdims"),
    ("std var", 1, "axis ddof keepdims"),
    ("argmax argmin cumsum cumprod argsort sort", 1, "axis"),
    ("clip", 2, "min max"),
    ("round", 1, "decimals"),
    ("copy flatten ravel tolist nonzero conj", 0, ""),
    ("reshape transpose swapaxes", 4, ""),
    ("item squeeze diagonal dot", 1, "axis"),
    ("repeat take searchsorted", 2, "axis side"),
)
SCALAR = words("dtype imag is_integer item ndim real round shape size tolist as_integer_ratio")
DTYPE = words("kind name itemsize ndim")

MATH = words("""
    acos acosh asin asinh atan atan2 atanh cbrt ceil comb copysign cos cosh degrees dist e erf erfc exp exp2
    expm1 fabs factorial floor fmod frexp fsum gamma gcd hypot inf isclose isfinite isinf isnan isqrt lcm ldexp
    lgamma log log10 log1p log2 modf nan nextafter perm pi pow prod radians remainder sin sinh sqrt tan tanh tau
    trunc ulp
""")

TEXT = words("""
    capitalize casefold count endswith find index isalnum isalpha isdecimal isdigit islower isnumeric isspace
    istitle isupper join lower lstrip partition removeprefix removesuffix replace rfind rindex rpartition rsplit
    rstrip split splitlines startswith strip swapcase title upper zfill
""")
LIST = words("append clear copy count extend index insert pop remove reverse sort")
DICT = words("clear copy get items keys pop popitem setdefault update values")
SET = words("""
    add clear copy difference discard intersection isdisjoint issubset issuperset pop remove
    symmetric_difference union update
""")
TUPLE = words("count index")
INTEGER = words("bit_length conjugate imag real")
FLOAT = words("is_integer real imag as_integer_ratio")
COMPLEX = words("conjugate imag real")
