# SPDX-License-Identifier: Apache-2.0
"""Every story of stories/ but the long ones, each on a stage that the ones before it have left whole."""

import json

import pytest

import tale

STORIES = [story for story in tale.all_stories() if not story.is_long]


@pytest.mark.parametrize("story", STORIES, ids=[story.name for story in STORIES])
def test_everything_holds_after(story, stage, chance):
    current = stage.get()
    lacking = story.lacks(current.arena)
    if lacking:
        pytest.skip(lacking)
    try:
        findings = current.tell(story, chance)
        print(json.dumps(findings.figures, indent=1))
        assert not findings.broken(), f"{story.title}\n{findings}"
    except BaseException:
        stage.drop(keep=True)
        raise
