#!/usr/bin/env python3
"""Writes the table of docs/performance.md between its markers from the generated weight files.

    scripts/performance-table.py WEIGHTS-OF-BALANCES

scripts/bench-weights.sh calls it after it has written the weights, with the weight file of
pallet-balances from the same run: times are given beside that of its `transfer_keep_alive` too.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs/performance.md"
BEGIN, END = "<!-- table:begin -->", "<!-- table:end -->"

FUNCTION = re.compile(
    r"\tfn (?P<name>\w+)\((?P<args>[^)]*)\) -> Weight \{\n(?P<body>.*?)\n\t\}", re.S
)


def number(pattern, text):
    found = re.search(pattern, text)
    return int(found[1].replace("_", "")) if found else 0


def rows(path, transfer):
    """Name, microseconds, proof bytes, reads, writes and growth of each weight function."""
    source = path.read_text()
    start = source.index("impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T>")
    end = source.index("impl WeightInfo for ()")
    for found in FUNCTION.finditer(source[start:end]):
        body = re.sub(r"//.*", "", found["body"])
        base = re.search(r"Weight::from_parts\(([\d_]+), ([\d_]+)\)", body)
        growth = [
            grows(int(ps.replace("_", "")) / 1e6, name, transfer)
            for ps, name in re.findall(
                r"from_parts\(([\d_]+), 0\)\.saturating_mul\((\w+)\.into", body
            )
        ]
        growth += [
            f"{int(size.replace('_', '')):,} B per {name}".replace(",", " ")
            for size, name in re.findall(
                r"from_parts\(0, ([\d_]+)\)\.saturating_mul\((\w+)\.into", body
            )
        ]
        yield (
            found["name"],
            int(base[1].replace("_", "")) / 1e6,
            int(base[2].replace("_", "")),
            number(r"\.reads\((\d+)_u64\)", body),
            number(r"\.writes\((\d+)_u64\)", body),
            ", ".join(growth),
        )


def grows(micros, name, transfer):
    text = f"{micros:.3g} µs per {name}"
    return text if micros < transfer / 10 else f"{text} ({micros / transfer:.2f} transfers)"


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    balances = pathlib.Path(sys.argv[1])
    transfer = next(time for name, time, *_ in rows(balances, 1) if name == "transfer_keep_alive")
    lines = [
        "| call | time | in transfers | reads | writes | proof | grows by |",
        "|---|---|---|---|---|---|---|",
        f"| balances `transfer_keep_alive` | {transfer:.1f} µs | 1 | | | | |",
    ]
    for path in sorted(ROOT.glob("pallets/*/src/weights.rs")):
        pallet = path.parts[-3]
        for name, time, proof, reads, writes, growth in rows(path, transfer):
            size = f"{proof:,}".replace(",", " ")
            lines.append(
                f"| {pallet} `{name}` | {time:.1f} µs | {time / transfer:.2f} | {reads} | {writes} | {size} B | {growth} |"
            )
    page = PAGE.read_text()
    before, rest = page.split(BEGIN)
    after = rest.split(END)[1]
    PAGE.write_text(f"{before}{BEGIN}\n" + "\n".join(lines) + f"\n{END}{after}")


if __name__ == "__main__":
    main()
