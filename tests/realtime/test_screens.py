"""What a device shows and where it speaks, by the hospital's plan."""

from actors.hospital.plan import AreaPlan, ClinicPlan, Plan, ScreenPlan, ZonePlan
from realtime.screens import Hung, hung

PLAN = Plan(
    clinics={key: ClinicPlan(name=key) for key in ("im2", "eye1", "ent")},
    areas={
        "east": AreaPlan(name="东厅", clinics=("im2", "eye1"), zones=("front", "back")),
        "back": AreaPlan(name="后厅", rooms=("im2/9",), zones=("back",)),
    },
    zones={"front": ZonePlan(name="前", speakers=("t1",)), "back": ZonePlan(name="后")},
    screens={
        "east-wall": ScreenPlan(name="东墙", area="east", speaks=True),
        "silent": ScreenPlan(name="静", board="seats", clinics=("im2",)),
        "doors": ScreenPlan(name="门", layout="door", rooms=("im2/9", "ent/1")),
    },
)


def test_without_a_plan_a_place_is_its_own_area() -> None:
    assert hung(None, "t9", "auto", ("im2/3", "eye1")) == Hung(
        "auto", ("im2/3", "eye1"), ("im2", "eye1"), ("im2",)
    )


def test_a_screen_of_the_plan_shows_what_the_plan_says() -> None:
    assert hung(PLAN, "t9", "east-wall", ("im2",)) == Hung(
        "hall", ("im2", "eye1"), ("east",), ("east",)
    )
    assert hung(PLAN, "t9", "silent", ("ent",)) == Hung(
        "dental", ("im2",), ("east", "back"), ()
    )
    assert hung(PLAN, "t9", "doors", ("ent",)) == Hung(
        "door", ("im2/9", "ent/1"), ("east", "back", "ent"), ()
    )


def test_whom_a_zone_names_speaks_there_and_only_there() -> None:
    named = hung(PLAN, "t1", "silent", ("im2",))
    assert named.voices == ("east",)
    # one mouth: who is named nowhere speaks in the first of its areas
    assert hung(PLAN, "t9", "hall", ("ent", "im2")).voices == ("ent",)


def test_a_profile_that_is_gone_is_left_to_the_page() -> None:
    assert hung(PLAN, "t9", "taken-down", ("ent",)).layout == "auto"
