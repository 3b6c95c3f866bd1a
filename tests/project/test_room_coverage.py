"""The coverage report by room."""

from tests.support.room_coverage import ROOMS_HELD, below_floor, percentages, room_of


def measured(statements, lines, branches, branches_taken):
    return {
        "summary": {
            "num_statements": statements,
            "covered_lines": lines,
            "num_branches": branches,
            "covered_branches": branches_taken,
        }
    }


def test_a_files_room_is_its_folder_below_digest_or_at_the_top_level():
    assert room_of("digest/sending/wire/smtp.py") == "digest/sending"
    assert room_of("digest/tasks.py") == "digest"
    assert room_of("subscriptions/models/subscriber.py") == "subscriptions"


def test_lines_and_branches_count_equally_across_the_files_of_a_room():
    files = {"digest/sending/a.py": measured(6, 6, 4, 3), "digest/sending/b.py": measured(10, 5, 0, 0)}

    assert percentages(files) == {"digest/sending": 70.0}


def test_a_room_below_the_floor_is_named_and_so_is_one_without_figures():
    full = dict.fromkeys(ROOMS_HELD, 95.0)

    assert below_floor(full) == []
    assert below_floor(full | {"digest/sending": 94.9}) == ["digest/sending"]
    assert below_floor({}) == sorted(ROOMS_HELD)
