"""Works out what the trackers of trackers.yaml must come to, from flights.ndjson alone.

It shares no code and no way of thinking with dictrack: it looks at all flights of an airport at once, where
dictrack takes them one by one. Python 3 and its standard library are enough:

    python3 expected.py > testdata/expected.json

The figures are integers, so they are exact.
"""

import json
from collections import defaultdict
from datetime import datetime, timedelta
from itertools import accumulate
from pathlib import Path

HAWAII = {"HNL", "ITO", "KOA", "LIH", "OGG"}
WEEK = timedelta(hours=168)


def state(progress, stage, cycle=1, *marks):
    return " ".join([f"stage={stage} cycle={cycle} progress={progress}", *marks])


def event(kind, time, progress, stage, cycle=1):
    return f"{kind} {state(progress, stage, cycle)} at {time:%Y-%m-%dT%H:%M:%SZ}"


def stages(totals, targets, keep=False):
    """Stages over [(time, running total)]; the totals never fall."""
    events = []
    for stage, target in enumerate(targets, 1):
        time, total = next((t for t in totals if t[1] >= target), (None, None))
        if time is None:
            return {"now": state(totals[-1][1] if totals else 0, stage), "events": events}
        last = stage == len(targets)
        events.append(event("ALL_COMPLETED" if last else "STAGE_COMPLETED", time, total, stage))
    return {"now": state(total, stage, 1, "completed") if keep else "gone", "events": events}


def running(flights, amount):
    return list(zip((f["time"] for f in flights), accumulate(amount(f) for f in flights)))


def vouchers(flights, each):
    """One for each full 25,000 miles of the total; no flight is long enough for two."""
    totals = running(flights, lambda f: f["distance"])
    events, before = [], 0
    for time, total in totals:
        if total // each > before // each:
            cycle = total // each
            events.append(event("STAGE_COMPLETED", time, total - (cycle - 1) * each, 1, cycle))
        before = total
    return {"now": state(before % each, 1, before // each + 1), "events": events}


def every_twenty(flights, end_of_data):
    """Cuts the flights into twenties, as long as each twenty ends within a week of the one before."""
    times = [f["time"] for f in flights]
    events, start = [], times[0]
    for cycle in range(1, len(times) // 20 + 2):
        twenty = times[(cycle - 1) * 20 : cycle * 20]
        in_time = [t for t in twenty if t <= start + WEEK]
        if len(in_time) < 20:
            break
        start = twenty[-1]
        events.append(event("STAGE_COMPLETED", start, 20, 1, cycle))
        events.append(event("RESET", start, 0, 1, cycle + 1))
    if end_of_data <= start + WEEK:
        return {"now": state(len(in_time), 1, cycle), "events": events}
    noticed = twenty[len(in_time)] if len(in_time) < len(twenty) else end_of_data
    events.append(event("LIMITED", noticed, len(in_time), 1, cycle))
    return {"now": state(len(in_time), 1, cycle, "limited"), "events": events}


def first_hundred(flights):
    miles = sum(f["distance"] for f in flights[:100])
    if len(flights) < 100:
        return {"now": state(miles, 1), "events": []}
    return {"now": state(miles, 1, 1, "limited"), "events": [event("LIMITED", flights[99]["time"], miles, 1)]}


def airport(flights, end_of_data):
    late = [f for f in flights if f["delay"] >= 15]
    hawaii = [f for f in flights if f["destination"] in HAWAII and f["origin"] not in HAWAII]
    return {
        "late-departures": stages(running(late, lambda f: 1), [10, 50, 100], keep=True),
        "miles": stages(running(flights, lambda f: f["distance"]), [10_000, 100_000, 500_000]),
        "vouchers": vouchers(flights, 25_000),
        "twenty-a-week": every_twenty(flights, end_of_data),
        "first-hundred": first_hundred(flights),
        "to-hawaii": stages(running(hawaii, lambda f: 1), [1, 10, 50]),
    }


def main():
    airports, time = defaultdict(list), None
    for line in Path(__file__).with_name("flights.ndjson").read_text().splitlines():
        flight = json.loads(line)
        flight["time"] = time = datetime.strptime(flight["date"], "%Y/%m/%d %H:%M")
        airports[flight["origin"]].append(flight)
    lines = (f"{json.dumps(code)}: {json.dumps(airport(airports[code], time))}" for code in sorted(airports))
    print("{", ",\n".join(lines), "}", sep="\n")


main()
