"""numpy and pandas."""

from __future__ import annotations

from tests.equality.features.feature import Answer, Check, Given, feature, pair

FEATURES = (
    feature("numpy imported in a given cell", Given("import numpy as np\nimport pandas as pd"),
            Answer("a = np.arange(4)", "a = [0, 1, 2, 3]"),
            Check("assert isinstance(a, np.ndarray)\nassert a.shape == (4,) and a.dtype.kind == 'i'"),
            Check("assert (a == [0, 1, 2, 3]).all()\nassert a.sum() == 6 and a[-1] == 3 and a[1:3].tolist() == [1, 2]")),
    pair("arrays that are equal", "m = np.eye(2) * 3", "m = np.zeros((2, 2))",
         "assert np.array_equal(m, np.diag([3, 3]))\nassert np.allclose(m / 3, np.identity(2))\n"
         "np.testing.assert_allclose(m, [[3, 0], [0, 3]])"),
    pair("a function of arrays", "def scale(x):\n    return (x - x.mean()) / x.std()", "def scale(x):\n    return x",
         "x = np.array([1.0, 2.0, 3.0])\ny = scale(x)\nassert abs(y.mean()) < 1e-9 and np.isclose(y.std(), 1)\n"
         "assert x.tolist() == [1, 2, 3]"),
    pair("an array changed in place", "def clip(x):\n    x[x < 0] = 0", "def clip(x):\n    return x.clip(0)",
         "x = np.array([-1, 2])\nclip(x)\nassert x.tolist() == [0, 2]"),
    pair("a matrix product", "def solve(a, b):\n    return np.linalg.solve(a, b)", "def solve(a, b):\n    return a @ b",
         "a = np.array([[2.0, 0], [0, 4]])\nb = np.array([2.0, 8.0])\nassert np.allclose(a @ solve(a, b), b)"),
    pair("numbers of numpy", "s = np.float64(2.5)\nn = np.int64(3)", "s = 2.4\nn = 2",
         "assert s == 2.5 and n == 3 and isinstance(n, np.integer)\nassert round(s + n, 1) == 5.5 and type(s) is np.float64"),
    pair("kinds of arrays", "kinds = [np.array([True]), np.array(['ab']), np.array([1 + 2j]), np.array([1, 'x', None], dtype=object),\n"
         "    np.array(['2024-01-01'], dtype='datetime64[D]'), np.zeros((0, 3)), np.array(5)]", "kinds = []",
         "assert [k.dtype.kind for k in kinds] == list('bUcOMfi')\nassert kinds[5].shape == (0, 3) and kinds[6].ndim == 0\n"
         "assert kinds[3].tolist() == [1, 'x', None]"),
    feature("numpy's random numbers with a seed", Answer(
        "def noise(n):\n    return np.random.normal(size=n)", "def noise(n):\n    return np.zeros(n)"),
        Check("np.random.seed(5)\nmine = np.random.normal(size=3)\nnp.random.seed(5)\nassert np.allclose(noise(3), mine)")),
    feature("numpy's random numbers seeded by the answer", Answer(
        "np.random.seed(42)\nsample = np.random.randint(0, 100, 5)", "sample = np.zeros(5)"),
        Check("np.random.seed(42)\nassert (sample == np.random.randint(0, 100, 5)).all()")),
    pair("a generator of random numbers as an argument", "def draw(rng, n):\n    return rng.integers(0, 10, n)",
         "def draw(rng, n):\n    return np.zeros(n)",
         "assert draw(np.random.default_rng(1), 4).tolist() == np.random.default_rng(1).integers(0, 10, 4).tolist()"),
    pair("partial credit from arrays", "guess = np.array([1, 2, 3, 4])", "guess = np.array([0, 0, 0, 0])",
         "score = (guess == np.array([1, 2, 3, 4])).mean()\nfloat(score)"),
    pair("a table", "df = pd.DataFrame({'name': ['a', 'b'], 'n': [1, 2]})", "df = pd.DataFrame({'name': ['a']})",
         "assert isinstance(df, pd.DataFrame)\nassert list(df.columns) == ['name', 'n'] and len(df) == 2\n"
         "assert df['n'].sum() == 3 and df.loc[1, 'name'] == 'b' and df.iloc[0, 1] == 1\nassert df.shape == (2, 2)"),
    pair("tables that are equal", "t = pd.DataFrame({'x': [1.0, 2.0]}, index=['p', 'q'])", "t = pd.DataFrame({'x': [1.0, 2.1]})",
         "expected = pd.DataFrame({'x': [1.0, 2.0]}, index=['p', 'q'])\nassert t.equals(expected)\n"
         "pd.testing.assert_frame_equal(t, expected)\nassert (t == expected).all().all()"),
    pair("a function of tables", "def top(df, n):\n    return df.sort_values('v', ascending=False).head(n)",
         "def top(df, n):\n    return df.head(n)",
         "df2 = pd.DataFrame({'k': list('abc'), 'v': [2, 9, 5]})\ngot = top(df2, 2)\nassert got['k'].tolist() == ['b', 'c']\n"
         "assert got.index.tolist() == [1, 2] and df2['v'].tolist() == [2, 9, 5]"),
    pair("a table changed in place", "def double(df):\n    df['w'] = df['v'] * 2", "def double(df):\n    return df.assign(w=0)",
         "df3 = pd.DataFrame({'v': [1, 2]})\ndouble(df3)\nassert df3['w'].tolist() == [2, 4]"),
    pair("groups", "def means(df):\n    return df.groupby('g')['v'].mean()", "def means(df):\n    return df['v']",
         "df4 = pd.DataFrame({'g': list('xxy'), 'v': [1, 3, 5]})\ngot = means(df4)\nassert isinstance(got, pd.Series)\n"
         "assert got['x'] == 2 and got.to_dict() == {'x': 2.0, 'y': 5.0} and got.name == 'v' and got.index.name == 'g'"),
    pair("kinds of columns", "kinds = pd.DataFrame({'d': pd.to_datetime(['2024-01-31']), 'c': pd.Categorical(['a']),\n"
         "    's': ['t'], 'b': [True], 'm': pd.array([None], dtype='Int64'), 'f': [float('nan')]})",
         "kinds = pd.DataFrame({'d': [1]})",
         "assert kinds['d'].dt.month.tolist() == [1] and kinds['c'].cat.categories.tolist() == ['a']\n"
         "assert kinds['m'].isna().all() and kinds['f'].isna().sum() == 1 and kinds.dtypes['b'] == bool"),
    pair("a table from a file", "cities = pd.read_csv('data/cities.csv')", "cities = pd.DataFrame()",
         "assert cities.set_index('city').loc['Rome', 'people'] == 2800000"),
    pair("several levels of index", "wide = pd.DataFrame({'a': [1, 1], 'b': [1, 2], 'v': [5, 6]}).set_index(['a', 'b'])",
         "wide = pd.DataFrame({'v': [5, 6]})", "assert wide.loc[(1, 2), 'v'] == 6 and wide.index.nlevels == 2"),
    feature("a table that later cells change", Answer("log = pd.DataFrame({'n': [1]})", "log = pd.DataFrame({'n': [0]})"),
            Check("assert log['n'].tolist() == [1]"), Answer("log['m'] = log['n'] + 1", "log['m'] = 0"),
            Check("assert log['m'].tolist() == [2] and list(log) == ['n', 'm']")),
    feature("a table at the end of a check", Answer("small = pd.DataFrame({'n': [1]})", "small = None"),
            Check("assert small is not None\ndisplay(small)\nassert len(small) == 1")),
)  # fmt: skip
