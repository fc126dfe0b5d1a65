"""What all tests share: random examples are the same in every run, and take the time they take."""

from hypothesis import HealthCheck, Phase, settings

settings.register_profile(
    "planner",
    derandomize=True,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
"""Failing examples are not made smaller: they are small, and each try would solve two plans."""
settings.load_profile("planner")
