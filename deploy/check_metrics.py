#!/usr/bin/env python3
"""Checks that alerts, their tests and the dashboard use only metrics that real nodes have.

    deploy/check_metrics.py                      checks
    deploy/check_metrics.py record NAME URL ...  writes prometheus/metrics/NAME.txt from the exporters at the URLs

The lists in prometheus/metrics hold a line "name type" for each metric, as seen on a node of that kind:
dev, sovereign, parachain, relay (the relay chain node inside a collator) and host (node_exporter with
what ai-compute-pbc-resources writes).
"""

import json
import re
import sys
import urllib.request
from pathlib import Path

DEPLOY = Path(__file__).resolve().parent
LISTS = DEPLOY / "prometheus" / "metrics"
ALERTS = DEPLOY / "prometheus" / "alerts.yml"
TESTS = DEPLOY / "prometheus" / "alerts.test.yml"
DASHBOARDS = DEPLOY / "grafana"

# Words of PromQL, and what Prometheus makes itself.
WORDS = {"and", "or", "unless", "bool", "offset", "by", "without", "on", "ignoring", "group_left", "group_right"}
OWN = {"up", "ALERTS"}
SUFFIXES = {"histogram": ("_bucket", "_sum", "_count"), "summary": ("", "_sum", "_count")}


def parse_exporter(text):
    """The metrics of an exporter's page: name -> type."""
    return dict(re.findall(r"^# TYPE (\S+) (\S+)$", text, re.MULTILINE))


def record(name, urls):
    found = {}
    for url in urls:
        with urllib.request.urlopen(url, timeout=10) as page:
            found.update(parse_exporter(page.read().decode()))
    if not found:
        sys.exit(f"error: no metrics at {' '.join(urls)}")
    # What Go's and Prometheus' libraries tell of themselves is no business of ours.
    lines = [f"{metric} {kind}\n" for metric, kind in sorted(found.items()) if not metric.startswith(("go_", "promhttp_"))]
    LISTS.mkdir(exist_ok=True)
    (LISTS / f"{name}.txt").write_text("".join(lines))
    print(f"{name}: {len(lines)} metrics")


def known_series():
    """The names under which the recorded metrics can be asked for."""
    names = set(OWN)
    for path in sorted(LISTS.glob("*.txt")):
        for line in path.read_text().splitlines():
            metric, kind = line.split()
            names.update(metric + suffix for suffix in SUFFIXES.get(kind, ("",)))
    return names


def metrics_of(expression):
    """The metrics that a PromQL expression reads."""
    text = re.sub(r"\"(\\.|[^\"\\])*\"|'(\\.|[^'\\])*'", "", expression)
    text = re.sub(r"\{[^}]*\}|\[[^\]]*\]", " ", text)
    text = re.sub(r"\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)", " ", text)
    found = set()
    for match in re.finditer(r"(?<![\w.$])[a-zA-Z_:][\w:]*", text):
        called = text[match.end():].lstrip().startswith("(")
        if not called and match.group() not in WORDS:
            found.add(match.group())
    return found


def rules():
    """The alerts: name -> expression. The file is written one key a line, so no YAML library is needed."""
    found = {}
    for block in re.split(r"^\s*- alert: ", ALERTS.read_text(), flags=re.MULTILINE)[1:]:
        name = block.split("\n", 1)[0].strip()
        expression = re.search(r"^\s*expr: (?:\|\n((?:\s{10,}.*\n)+)|(.*)\n)", block, re.MULTILINE)
        if expression is None:
            sys.exit(f"error: alert {name} has no expression")
        found[name] = expression.group(1) or expression.group(2)
    return found


def tests():
    """The tested alerts (name, whether it fires) and the metrics of the test data."""
    cases, series = set(), set()
    for block in re.split(r"^\s*alertname: ", TESTS.read_text(), flags=re.MULTILINE)[1:]:
        name, rest = block.split("\n", 1)
        cases.add((name.strip(), not rest.lstrip().startswith("exp_alerts: []")))
    for match in re.finditer(r"series: '([\w:]+)", TESTS.read_text()):
        series.add(match.group(1))
    return cases, series


def panels(dashboard):
    for panel in dashboard["panels"]:
        yield panel
        yield from panel.get("panels", [])


def check():
    known = known_series()
    errors = []

    def need(where, expression):
        used = metrics_of(expression)
        errors.extend(f"{where} uses {metric}, which no recorded node has" for metric in sorted(used - known))
        return len(used)

    alerts = rules()
    for name, expression in alerts.items():
        if need(f"alert {name}", expression) == 0:
            errors.append(f"alert {name} reads no metric")
    cases, series = tests()
    for name in alerts:
        for fires, what in ((True, "fires"), (False, "stays silent")):
            if (name, fires) not in cases:
                errors.append(f"alert {name} has no test in which it {what}")
    errors.extend(f"a test is about {name}, which is no alert" for name in sorted({n for n, _ in cases} - set(alerts)))
    errors.extend(f"the test data have {metric}, which no recorded node has" for metric in sorted(series - known))

    queries = 0
    for path in sorted(DASHBOARDS.glob("*.json")):
        dashboard = json.loads(path.read_text())
        ids, places = set(), []
        for panel in panels(dashboard):
            where = f"{path.name}, panel {panel['title']!r}"
            if panel["id"] in ids:
                errors.append(f"{where}: its id is another's")
            ids.add(panel["id"])
            place = panel["gridPos"]
            for title, other in places:
                if (place["x"] < other["x"] + other["w"] and other["x"] < place["x"] + place["w"]
                        and place["y"] < other["y"] + other["h"] and other["y"] < place["y"] + place["h"]):
                    errors.append(f"{where} lies over {title!r}")
            places.append((panel["title"], place))
            if panel["type"] == "row":
                continue
            if not panel.get("targets"):
                errors.append(f"{where} asks for nothing")
            for target in panel.get("targets", []):
                queries += 1
                if need(where, target["expr"]) == 0:
                    errors.append(f"{where} reads no metric")
        for variable in dashboard["templating"]["list"]:
            if variable["type"] == "query":
                asked = re.match(r"label_values\((\w+)\s*[{,]", variable["query"]["query"])
                if asked is None or asked.group(1) not in known:
                    errors.append(f"{path.name}, variable {variable['name']}: asks for what no recorded node has")
    for error in errors:
        print(f"error: {error}", file=sys.stderr)
    if errors:
        sys.exit(1)
    print(f"{len(alerts)} alerts, {len(cases)} kinds of cases, {queries} queries of dashboards: all metrics are known")


if __name__ == "__main__":
    if len(sys.argv) == 1:
        check()
    elif len(sys.argv) > 3 and sys.argv[1] == "record":
        record(sys.argv[2], sys.argv[3:])
    else:
        sys.exit(__doc__)
