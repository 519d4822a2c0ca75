"""Works out what the trackers of trackers.yaml must come to, from earthquakes.ndjson alone.

It shares no code and no way of thinking with dictrack: it looks at all quakes of a network at once, where
dictrack takes them one by one. Python 3 and its standard library are enough:

    python3 expected.py > testdata/expected.json

The numbers are read and added up as decimals, so they are exact.
"""

import json
from collections import defaultdict
from decimal import Decimal
from itertools import accumulate
from datetime import datetime, timezone
from pathlib import Path

THREE_DAYS = 72 * 60 * 60 * 1000


def state(progress, stage, *marks):
    return " ".join([f"stage={stage} cycle=1 progress={plain(progress)}", *marks])


def plain(number):
    """10, 10.5; not 10.50 or 1E+1."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def event(kind, ms, progress, stage):
    second = datetime.fromtimestamp(ms // 1000, timezone.utc)
    fraction = f".{ms % 1000:03}".rstrip("0").rstrip(".")
    return f"{kind} {state(progress, stage)} at {second:%Y-%m-%dT%H:%M:%S}{fraction}Z"


def stages(quakes, targets, amount=lambda q: 1, keep=False):
    """Stages over the running total, which may fall again: a target is reached once."""
    totals = list(accumulate((amount(q) for q in quakes), initial=0))
    events, reached = [], 0
    for stage, target in enumerate(targets, 1):
        reached = next((i for i in range(reached, len(totals)) if totals[i] >= target), None)
        if reached is None:
            return {"now": state(totals[-1], stage), "events": events}
        kind = "ALL_COMPLETED" if stage == len(targets) else "STAGE_COMPLETED"
        events.append(event(kind, quakes[reached - 1]["time"], totals[reached], stage))
    return {"now": state(totals[reached], stage, "completed") if keep else "gone", "events": events}


def first_three_days(times, end_of_data):
    """Fewer than the thousand that would complete it."""
    end = times[0] + THREE_DAYS
    early = sum(t < end for t in times)
    if end_of_data < end:
        return {"now": state(early, 1), "events": []}
    noticed = next((t for t in times if t >= end), end_of_data)
    return {"now": "gone", "events": [event("EXPIRED", noticed, early, 1)]}


def network(quakes, end_of_data):
    def where(holds):
        return [q for q in quakes if holds(q)]

    return {
        "reported": stages(quakes, [10, 100, 1000]),
        "strong": stages(where(lambda q: q["mag"] is not None and q["mag"] >= Decimal("4.5")), [1, 10, 50]),
        "tsunami": stages(where(lambda q: q["tsunami"] == 1), [1], keep=True),
        "felt": stages(where(lambda q: q["felt"] is not None), [10, 100, 1000], lambda q: q["felt"]),
        "depth": stages(quakes, [100, 1000, 10000], lambda q: q["depth"]),
        "deep": stages(where(lambda q: q["depth"] > 70), [1, 10, 100]),
        "surveyed": stages(where(lambda q: "dyfi" in q["types"].split(",")), [1, 10, 50]),
        "blasts": stages(where(lambda q: q["type"] != "earthquake"), [1, 10]),
        "first-three-days": first_three_days([q["time"] for q in quakes], end_of_data),
    }


def main():
    networks, time = defaultdict(list), None
    for line in Path(__file__).with_name("earthquakes.ndjson").read_text().splitlines():
        feature = json.loads(line, parse_float=Decimal)
        quake = feature["properties"] | {"depth": feature["geometry"]["coordinates"][2]}
        time = quake["time"]
        networks[quake["net"]].append(quake)
    lines = (f"{json.dumps(net)}: {json.dumps(network(networks[net], time))}" for net in sorted(networks))
    print("{", ",\n".join(lines), "}", sep="\n")


main()
