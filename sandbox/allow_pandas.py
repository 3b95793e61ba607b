"""The names of pandas that generated code may use, one table a kind of object. Data only.

A name that is missing here does not exist for the code. What is left out on purpose: everything that reads or
writes files (`to_csv`, ...), runs text as code (`eval`, `query`), draws, is random (`sample`), reads the clock, or
hands out raw memory. `APPLYING` names take functions and are checked at each call.
"""

from __future__ import annotations


def words(text: str) -> frozenset[str]:
    """Return the words of a text."""
    return frozenset(text.split())


REDUCERS = words("""
    all any count first last max mean median min nunique prod sem size std sum var skew kurt idxmax idxmin
    cummax cummin cumprod cumsum cumcount diff pct_change rank shift abs sqrt ffill bfill ohlc
""")

_ARITHMETIC = words("""
    abs add sub subtract mul multiply div divide truediv floordiv mod pow radd rsub rmul rdiv rtruediv rfloordiv
    rmod rpow eq ne lt le gt ge dot round clip
""")
_STATISTICS = words("""
    all any count cov cummax cummin cumprod cumsum describe diff idxmax idxmin kurt kurtosis max mean median min
    mode nunique pct_change prod product quantile rank sem skew std sum value_counts var
""")
_SHAPE = words("""
    add_prefix add_suffix align asfreq at_time between_time bfill combine combine_first copy drop
    drop_duplicates droplevel dropna duplicated equals explode ffill fillna first_valid_index get head
    infer_objects isin isna isnull items keys last_valid_index mask nlargest notna notnull nsmallest pop reindex
    reindex_like rename rename_axis replace reset_index set_axis shift sort_index sort_values squeeze swaplevel
    tail take transpose truncate tz_convert tz_localize unstack update where xs to_period to_timestamp
""")
_FACTS = words("at axes empty iat iloc index loc ndim shape size T values")
_WINDOWS = words("ewm expanding groupby resample rolling")

FRAME = (
    _ARITHMETIC | _STATISTICS | _SHAPE | _FACTS | _WINDOWS
    | words("""
    assign columns compare corrwith dtypes filter insert isetitem iterrows itertuples join melt merge nunique
    pivot set_index stack
""")
)  # fmt: skip
SERIES = (
    _ARITHMETIC | _STATISTICS | _SHAPE | _FACTS | _WINDOWS
    | words("""
    argmax argmin argsort autocorr between cat divmod dt dtype factorize hasnans is_monotonic_decreasing
    is_monotonic_increasing is_unique item name rdivmod repeat searchsorted str to_frame to_list tolist unique
""")
)  # fmt: skip
INDEX = words("""
    all any append argmax argmin argsort copy delete difference drop drop_duplicates droplevel dropna dtype
    duplicated empty equals factorize fillna get_indexer get_level_values get_loc has_duplicates hasnans
    identical insert intersection is_monotonic_decreasing is_monotonic_increasing is_unique isin isna isnull
    join max min name names ndim nlevels notna notnull nunique reindex rename repeat searchsorted set_names
    shape shift size slice_indexer slice_locs sort_values str symmetric_difference T take to_frame to_list
    to_series tolist union unique value_counts values where
""")
_CALENDAR = words("""
    date day day_of_week day_of_year dayofweek dayofyear days_in_month daysinmonth hour is_leap_year
    is_month_end is_month_start is_quarter_end is_quarter_start is_year_end is_year_start isocalendar
    microsecond minute month nanosecond quarter second time weekday year
""")
_CLOCK_FACE = words("ceil floor normalize round strftime to_period tz tz_convert tz_localize unit as_unit")
DATETIME_INDEX = INDEX | _CALENDAR | _CLOCK_FACE | words("indexer_at_time indexer_between_time mean std")
_DURATION = words("components days microseconds nanoseconds seconds total_seconds")
TIMEDELTA_INDEX = INDEX | _DURATION | words("ceil floor round mean median sum std unit as_unit")
PERIOD_INDEX = (
    INDEX
    | (
        _CALENDAR
        - words("""
    date time isocalendar microsecond nanosecond is_month_end is_month_start is_quarter_end is_quarter_start
    is_year_end is_year_start
""")
    )
    | words("asfreq start_time end_time strftime to_timestamp")
)
RANGE_INDEX = INDEX | words("start stop step")
MULTI_INDEX = INDEX | words("levels levshape remove_unused_levels reorder_levels swaplevel sortlevel to_flat_index")
CATEGORICAL_INDEX = INDEX | words("categories codes ordered")
INTERVAL_INDEX = INDEX | words("closed left length mid right")

DATETIMES = _CALENDAR | _CLOCK_FACE
TIMEDELTAS = _DURATION | words("ceil floor round unit as_unit")
PERIODS = PERIOD_INDEX & words("""
    day day_of_week day_of_year dayofweek dayofyear days_in_month daysinmonth hour is_leap_year minute month
    quarter second weekday year asfreq start_time end_time strftime to_timestamp
""")
CATEGORIES = words("categories codes ordered as_ordered as_unordered rename_categories remove_unused_categories")
STRINGS = words("""
    capitalize casefold cat contains count endswith extract find fullmatch get get_dummies isalnum isalpha
    isdecimal isdigit islower isnumeric isspace istitle isupper join len lower lstrip match pad partition
    removeprefix removesuffix rfind rpartition rsplit rstrip slice split startswith strip swapcase title upper
    zfill
""")

_ANY_WINDOW = words("mean std var sum min max median count skew kurt sem quantile rank corr cov")
ROLLING = _ANY_WINDOW | words("first last nunique")
EXPANDING = ROLLING
EWM = words("mean std var sum corr cov")
_GROUPED = words("""
    all any bfill count cumcount cummax cummin cumprod cumsum describe diff ewm expanding ffill first get_group
    groups head idxmax idxmin kurt last max mean median min ngroup ngroups nth nunique ohlc pct_change
    prod quantile rank resample rolling sem shift size skew std sum tail value_counts var
""")
FRAME_GROUPS = _GROUPED
SERIES_GROUPS = _GROUPED | words("nlargest nsmallest unique is_monotonic_increasing is_monotonic_decreasing")
RESAMPLED = words("""
    asfreq bfill count ffill first groups last max mean median min nearest ngroups nunique ohlc prod
    quantile sem size std sum var
""")

TIMESTAMP = words("""
    as_unit ceil date day day_name day_of_week day_of_year dayofweek dayofyear days_in_month daysinmonth floor
    hour is_leap_year is_month_end is_month_start is_quarter_end is_quarter_start is_year_end is_year_start
    isocalendar isoformat isoweekday microsecond minute month month_name nanosecond normalize quarter replace
    round second strftime time timestamp to_period tz tz_convert tz_localize unit value week weekday weekofyear
    year
""")
TIMEDELTA = words("""
    as_unit ceil components days floor isoformat microseconds nanoseconds round seconds total_seconds unit value
""")
PERIOD = words("""
    asfreq day day_of_week day_of_year dayofweek dayofyear days_in_month end_time hour is_leap_year minute month
    ordinal quarter second start_time strftime to_timestamp week weekday year
""")
INTERVAL = words("closed is_empty left length mid overlaps right")
DATE = words("day isocalendar isoformat isoweekday month strftime weekday year")
TIME = words("hour isoformat microsecond minute second strftime")

# A locale's name sets the locale of the process, `engine` compiles code: the number of arguments keeps both out.
WITHOUT_ARGUMENTS = words("day_name month_name")
STATISTICS_WITH_ENGINES = words("mean sum min max median first last std var prod")
APPLYING = words("apply agg aggregate transform pipe")

FUNCTIONS = words("""
    concat cut factorize get_dummies isna isnull melt merge merge_asof merge_ordered notna notnull pivot qcut
    timedelta_range to_numeric to_timedelta unique
""")
DATED_FUNCTIONS = words("to_datetime date_range bdate_range period_range")
DATED_TYPES = words("Timestamp Timedelta Period Interval Grouper DateOffset DatetimeIndex TimedeltaIndex")
OFFSETS = words("""
    BDay BMonthBegin BMonthEnd BusinessDay Day Hour Minute MonthBegin MonthEnd QuarterBegin QuarterEnd Second
    Week YearBegin YearEnd
""")
