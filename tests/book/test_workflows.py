"""The workflows ask for no more than they need: pinned actions, least permissions, an end in time."""

import re

import pytest
import yaml
from lessons import ROOT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.y*ml"))
PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")
each_workflow = pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda workflow: workflow.stem)


def load(workflow):
    return yaml.safe_load(workflow.read_text(encoding="utf-8"))


def test_there_are_workflows():
    assert {workflow.stem for workflow in WORKFLOWS} >= {"test", "weekly", "pages"}


@each_workflow
def test_actions_are_pinned_by_commit_and_say_their_version(workflow):
    lines = workflow.read_text(encoding="utf-8").splitlines()
    used = [line.split("uses:")[1].strip() for line in lines if "uses:" in line]
    assert used
    assert [action for action in used if not PINNED.fullmatch(action)] == []


@each_workflow
def test_only_a_job_may_write(workflow):
    content = load(workflow)
    assert set(content["permissions"].values()) <= {"read", "none"}
    for job in content["jobs"].values():
        permissions = job.get("permissions", {})
        assert isinstance(permissions, dict), "name each permission"
        if "write" in permissions.values():
            assert all("run" not in step for step in job["steps"]), "no code of the book runs where writing is allowed"


@each_workflow
def test_every_job_ends_in_time(workflow):
    for name, job in load(workflow)["jobs"].items():
        assert job.get("timeout-minutes", 360) <= 60, name


@each_workflow
def test_a_checkout_leaves_no_credentials(workflow):
    steps = [step for job in load(workflow)["jobs"].values() for step in job["steps"]]
    for step in steps:
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False
