#!/usr/bin/env python3
"""Draws how scores behave, from the pallet's own code.

  scripts/plot-scoring.py [--check] [--help]

  --check   draw nothing; exit code 1 if docs/reputation-scoring.svg is not what the code gives

Runs pallet-reputation's example `scoring`, which prints the scores under the initial
parameters as CSV, and writes docs/reputation-scoring.svg. Needs cargo and python3, nothing else.
"""

import csv
import io
import math
import os
import shutil
import subprocess
import sys
from pathlib import Path
from xml.sax.saxutils import escape

ROOT = Path(__file__).resolve().parent.parent
OUTPUT = ROOT / "docs" / "reputation-scoring.svg"
# The whole workspace, as everything else builds it: other features would compile the SDK anew.
BUILD = ["cargo", "build", "--quiet", "--locked", "--release", "--workspace", "--example", "scoring"]

WIDTH, HEIGHT = 920, 640
PANEL_W, PANEL_H = 360, 210
COLOURS = ["#0072b2", "#d55e00", "#009e73"]
PANELS = {
    "learning": ("Good jobs, each a whole outcome", "jobs", 10_000, False),
    "faults": ("No-shows with 100 ËDSC at risk", "no-shows", 10_000, False),
    "forgetting": ("An idle node", "days", 10_000, False),
    "weights": ("How much one job counts", "ËDSC", 1, True),
}
# Where no curve passes.
LEGENDS = {"learning": (210, 166), "faults": (210, 116), "forgetting": (210, 166), "weights": (12, 16)}


def die(text):
    print(f"error: {text}", file=sys.stderr)
    sys.exit(1)


def read_rows():
    if shutil.which("cargo") is None:
        die("cargo is missing: see scripts/setup.sh")
    target = os.path.expanduser("~/.cache/ai-compute-pbc/target")
    env = {"CARGO_TARGET_DIR": target, **os.environ}
    if subprocess.run(BUILD, cwd=ROOT, env=env).returncode != 0:
        die("the example could not be built")
    example = Path(env["CARGO_TARGET_DIR"], "release", "examples", "scoring")
    result = subprocess.run([example], stdout=subprocess.PIPE, text=True)
    if result.returncode != 0:
        die("the example did not run")
    return csv.DictReader(io.StringIO(result.stdout))


def collect(rows):
    """panel -> series -> points, in the order in which they come."""
    panels = {}
    for row in rows:
        series = panels.setdefault(row["panel"], {}).setdefault(row["series"], [])
        series.append((float(row["x"]), float(row["y"])))
    missing = set(PANELS) - set(panels)
    if missing:
        die(f"the example printed nothing for {sorted(missing)}")
    return panels


def number(value):
    return f"{value:,.0f}".replace(",", " ") if value >= 1 or value == 0 else f"{value:g}"


def draw_panel(name, series, left, top):
    title, unit, y_max, logarithmic = PANELS[name]
    xs = [x for points in series.values() for x, _ in points]
    low, high = min(xs), max(xs)
    scale = math.log10 if logarithmic else float

    def at(x, y):
        share = (scale(x) - scale(low)) / (scale(high) - scale(low))
        return left + share * PANEL_W, top + PANEL_H * (1 - y / y_max)

    out = [f'<text x="{left}" y="{top - 12}" class="title">{escape(title)}</text>']
    for step in range(5):
        y = y_max * step / 4
        _, py = at(high, y)
        label = number(y) if y_max > 1 else f"{y:g}"
        out.append(f'<line x1="{left}" y1="{py:.1f}" x2="{left + PANEL_W}" y2="{py:.1f}" class="grid"/>')
        out.append(f'<text x="{left - 6}" y="{py + 4:.1f}" class="axis" text-anchor="end">{label}</text>')
    if logarithmic:
        ticks = [10.0 ** e for e in range(round(scale(low)), round(scale(high)) + 1)]
    else:
        ticks = [low + (high - low) * step / 4 for step in range(5)]
    for x in ticks:
        px, _ = at(x, 0)
        out.append(f'<text x="{px:.1f}" y="{top + PANEL_H + 16}" class="axis" text-anchor="middle">{number(x)}</text>')
    middle = left + PANEL_W / 2
    out.append(f'<text x="{middle}" y="{top + PANEL_H + 32}" class="axis" text-anchor="middle">{unit}</text>')
    for index, (label, points) in enumerate(series.items()):
        colour = COLOURS[index % len(COLOURS)]
        path = " ".join("{:.1f},{:.1f}".format(*at(x, y)) for x, y in points)
        out.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        lx, ly = left + LEGENDS[name][0], top + LEGENDS[name][1] + 16 * index
        out.append(f'<line x1="{lx}" y1="{ly - 4}" x2="{lx + 18}" y2="{ly - 4}" stroke="{colour}" stroke-width="2"/>')
        out.append(f'<text x="{lx + 24}" y="{ly}" class="legend">{escape(label)}</text>')
    return out


def draw(panels):
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        'aria-label="Scores against good jobs, faults and time, and weights against amounts">',
        "<style>text{font-family:sans-serif;fill:#222}.title{font-size:15px;font-weight:bold}"
        ".axis{font-size:11px;fill:#555}.legend{font-size:12px}.grid{stroke:#ddd}</style>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
    ]
    for index, name in enumerate(PANELS):
        left = 60 + (index % 2) * (PANEL_W + 90)
        top = 50 + (index // 2) * (PANEL_H + 95)
        out += draw_panel(name, panels[name], left, top)
    out.append("</svg>")
    return "\n".join(out) + "\n"


def main():
    arguments = sys.argv[1:]
    if arguments in (["--help"], ["-h"]):
        print(__doc__.strip())
        return
    if arguments not in ([], ["--check"]):
        die(f"unknown arguments {arguments} (see --help)")
    picture = draw(collect(read_rows()))
    if arguments == ["--check"]:
        if not OUTPUT.exists() or OUTPUT.read_text(encoding="utf-8") != picture:
            die(f"{OUTPUT.relative_to(ROOT)} is not what the code gives: run scripts/plot-scoring.py")
        return
    OUTPUT.write_text(picture, encoding="utf-8")
    print(f"wrote {OUTPUT.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
