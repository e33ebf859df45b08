"""The digest leaves when its cron line says so, by the reader's own clock."""

from __future__ import annotations

import pytest

from tests.must.test_owner_silent import RULE
from tests.scenarios.world import World, told


@pytest.mark.parametrize(
    ("line", "when"), [("30 8 * * *", "03-11 08:30"), ("0 17 * * *", "03-10 17:00"), ("off", "03-10 09:00")]
)
def test_a_date_that_moved_later_waits_for_the_digest(line: str, when: str) -> None:
    world = World([RULE])
    try:
        jobs = world.office.config.jobs.model_copy(update={"digest": line})
        world.office.config = world.office.config.model_copy(update={"jobs": jobs})
        world.case()
        world.event("A", "complaint_received", "2026-03-02")
        world.run_until("2026-03-10 09:00")
        world.event("A", "complaint_received", "2026-03-09")
        moved = [told_at for told_at in told(world.run_until("2026-03-11 12:00")) if told_at[2].startswith("↷")]
        assert moved == [(when, "zhang", "↷期限变更")]
    finally:
        world.close()
