"""Measure batches: how fast on this machine, how much of it is ours, and that memory stays."""

import time
from typing import Any

from benchmarks import batch_runs as runs
from benchmarks.calls import inference
from benchmarks.figures import Figure, Section
from benchmarks.ground import Ground
from benchmarks.processor import Used, watched
from framewarden.domain import batches
from framewarden.domain.times import parse

FEW, MANY, PLANNED = 1_000, 100_000, 1_000_000
OVERHEAD, GROWTH = 0.6, 1.2
PLAN_SECONDS, PLAN_MB = 60.0, 200.0
# What a batch's machine runs, and what starts it.
FUNCTIONS = ("StartBatch", "PlanBatch", "AnalyzeShard", "FinishBatch")
EMULATORS = ("ministack", "moto")
NOTES = [
    "overhead: (processor time of all of the laptop cloud's processes - processor time of the "
    "model) / the former. Decoding a picture is not counted as the model's. No answer is recorded, "
    "and no pace binds: what AWS would take is on paper, `python -m local.batch_paper`.",
    "memory: the most that any process of a function, and the command line, ever had resident, at "
    "100,000 lines against 1,000, each an image of its own with a recorded answer. The emulators "
    "hold the objects and the rows in memory: theirs is shown apart.",
    "plan: the command line counts the lines of a file; the machine cuts an object into ranges.",
]

Row = dict[str, Any]


def run(ground: Ground, images: int, lines: int) -> Section:
    """Measure memory at few lines, planning, the images, and memory at many lines."""
    runs.prepare(ground)
    few = _memory(ground, min(FEW, lines))  # first: a process keeps its peak
    figures = _planning(ground)
    figures += _images(ground, images)
    figures += grown(few, _memory(ground, lines), lines)
    return Section("batch", f"Batches: {images:,} images, {lines:,} lines", figures, NOTES)


def _planning(ground: Ground) -> list[Figure]:
    ground.say(f"batch: planning {PLANNED:,} lines")
    file = runs.manifest(ground.folder / "plan.jsonl", "plan", PLANNED)
    counted = runs.command("batch", "run", str(file), "--dry-run", "--json")
    with watched(ground.cloud) as used:
        # A ceiling of one image: it plans all of them, and pauses.
        batch_id = runs.start(ground, file, ceiling=1)
        row = runs.ended(ground, batch_id, batches.PAUSED)
    file.unlink()
    seconds = parse(row["planned_at"]).timestamp() - parse(row["started_at"]).timestamp()
    detail = f"{row['shards']:,} ranges, {row['manifest']['size'] / 1e6:.0f} MB"
    return [
        Figure("batch.plan.seconds", seconds, "s", detail, PLAN_SECONDS),
        Figure("batch.plan.peak", used.peaks.get("PlanBatch", 0.0), "MB", "", PLAN_MB),
        Figure("batch.plan.cli.seconds", counted.seconds, "s", "counted", PLAN_SECONDS),
        Figure("batch.plan.cli.peak", counted.peak, "MB", "", PLAN_MB),
    ]


def _images(ground: Ground, images: int) -> list[Figure]:
    ground.say(f"batch: putting {images:,} images")
    runs.put_images(ground, "photos", images, runs.photo)
    file = runs.manifest(ground.folder / "photos.jsonl", "photos", images)
    ground.say(f"batch: {images:,} images")
    before, began = inference(ground.cloud.moto_endpoint), time.monotonic()
    with watched(ground.cloud) as used:
        row = runs.ended(ground, runs.start(ground, file, ceiling=images))
        wall = time.monotonic() - began
    after = inference(ground.cloud.moto_endpoint)
    model = {name: after[name] - before[name] for name in after}
    return overhead(used, model, wall, images, row)


def overhead(
    used: Used, model: dict[str, float], wall: float, images: int, row: Row
) -> list[Figure]:
    """Return the figures of a run: `model` is what the extension's log says of it."""
    share = (used.total - model["cpu_seconds"]) / used.total
    each = {name: seconds / images * 1000 for name, seconds in used.seconds.items()}
    least = [f"{name} {ms:.1f}" for name, ms in each.items() if ms >= 0.1]
    decoding = model["decode_cpu_seconds"] / images * 1000
    return [
        Figure("batch.seconds", wall, "s", f"{images:,} images, {row['analyzed']:,} analyzed"),
        Figure("batch.images_a_second", images / wall, ""),
        Figure("batch.cpu_an_image", used.total / images * 1000, "ms", ", ".join(least)),
        Figure(
            "batch.model_an_image",
            model["cpu_seconds"] / images * 1000,
            "ms",
            f"decoding before it {decoding:.1f}",
        ),
        Figure("batch.overhead", share, "", f"{used.total / wall:.2f} cores busy", OVERHEAD),
        Figure("batch.not_looked_at", images - model["images"], "", "by the model", 0),
        Figure("batch.looked_at_twice", model["images"] - images, "", "by the model", 0),
    ]


def _memory(ground: Ground, lines: int) -> dict[str, float]:
    ground.say(f"batch: memory at {lines:,} lines")
    folder, picture = f"tiny-{lines}", runs.tiny(ground)
    runs.put_images(ground, folder, lines, lambda _: picture)
    file = runs.manifest(ground.folder / f"{folder}.jsonl", folder, lines)
    with watched(ground.cloud) as used:
        ran = runs.command("batch", "run", str(file), "--yes", "--json", "--ceiling", str(lines))
    return {"cli": ran.peak} | {
        name: used.peaks[name] for name in (*FUNCTIONS, *EMULATORS) if name in used.peaks
    }


def grown(few: dict[str, float], many: dict[str, float], lines: int) -> list[Figure]:
    """Return how much more memory each part had with many lines than with few."""
    return [
        Figure(
            f"batch.memory.{name}",
            many[name] / few[name],
            "x",
            f"{few[name]:.0f} MB at {min(FEW, lines):,} lines, {many[name]:.0f} MB at {lines:,}",
            None if name in EMULATORS else GROWTH,
        )
        for name in few
    ]
