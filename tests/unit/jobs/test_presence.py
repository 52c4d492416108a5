from app.jobs.presence import LOOKS, Presence


def test_what_runs_is_not_lost_and_what_began_to_run_again_is_counted_anew() -> None:
    presence = Presence()
    with presence.running("a"):
        for _ in range(2 * LOOKS):
            assert presence.lost({"a"}) == []
    for _ in range(LOOKS - 1):
        assert presence.lost({"a"}) == []
    with presence.running("a"), presence.running("a"):
        pass
    with presence.running("a"):
        assert presence.lost({"a"}) == []
    assert [presence.lost({"b"}) for _ in range(LOOKS)][LOOKS - 2 :] == [[], ["b"]]
