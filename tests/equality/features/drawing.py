"""matplotlib, as courses look at drawings."""

from __future__ import annotations

from tests.equality.features.feature import Answer, Check, Given, feature, pair

FEATURES = (
    feature("a drawing in a cell", Given("%matplotlib inline\nimport matplotlib.pyplot as plt"),
            Answer("plt.plot([1, 2, 3])\nplt.show()\ndrawn = True", "drawn = False"), Check("assert drawn")),
    pair("axes that a function gives back", "def draw(ys):\n    fig, ax = plt.subplots()\n    ax.plot(ys, label='y')\n"
         "    ax.set_title('Growth')\n    ax.set_xlabel('day')\n    ax.legend()\n    return ax",
         "def draw(ys):\n    fig, ax = plt.subplots()\n    return ax",
         "ax = draw([1, 4, 9])\nassert ax.get_title() == 'Growth' and ax.get_xlabel() == 'day'\nassert len(ax.lines) == 1\n"
         "assert list(ax.lines[0].get_ydata()) == [1, 4, 9]\nassert ax.get_legend() is not None"),
    pair("a figure the answer keeps", "figure, (left, right) = plt.subplots(1, 2)\nleft.bar(['a', 'b'], [3, 4])\n"
         "right.scatter([1], [2])", "figure = plt.figure()\nleft = right = None",
         "assert len(figure.axes) == 2 and len(left.patches) == 2\nassert [p.get_height() for p in left.patches] == [3, 4]\n"
         "assert right.collections[0].get_offsets().tolist() == [[1, 2]]"),
    pair("the present axes of a function", "def histogram(values):\n    plt.hist(values, bins=4)\n    plt.ylabel('often')",
         "def histogram(values):\n    pass",
         "plt.close('all')\nhistogram([1, 2, 2, 3])\nassert plt.gca().get_ylabel() == 'often'\n"
         "assert len(plt.gca().patches) == 4\nplt.close('all')"),
    pair("figures are closed at the end of their cell", "plt.plot([1])\nopen_figures = plt.get_fignums()", "open_figures = None",
         "assert open_figures == [1] and plt.get_fignums() == []"),
    pair("a picture in a file", "def save(path):\n    fig = plt.figure()\n    fig.savefig(path)\n    plt.close(fig)",
         "def save(path):\n    pass", "import os\nsave('plot.png')\nassert os.path.getsize('plot.png') > 100"),
    pair("a stand-in for pyplot's functions", "def show_it():\n    plt.plot([1, 2])\n    plt.show()",
         "def show_it():\n    plt.plot([1, 2])",
         "from unittest.mock import patch\nwith patch('matplotlib.pyplot.show') as show:\n    show_it()\n"
         "show.assert_called_once()\nplt.close('all')"),
    pair("a drawing of a table", "import pandas as pd\naxes = pd.DataFrame({'n': [1, 3]}).plot(kind='bar', title='N')",
         "axes = plt.gca()", "assert axes.get_title() == 'N' and len(axes.patches) == 2"),
    feature("a drawing in a check", Answer("ys = [1, 2]", "ys = []"),
            Check("plt.plot(ys)\nplt.show()\nassert len(ys) == 2")),
    pair("the style of a drawing", "plt.rcParams['figure.figsize'] = (4, 2)", "plt.rcParams['figure.figsize'] = (5, 2)",
         "assert list(plt.rcParams['figure.figsize']) == [4, 2]"),
)  # fmt: skip
