"""Several organisations at a time: none waits for a slow one, and one that fails stops no other."""

import signal
import threading

import pytest

from xero_pipeline.errors import ConfigurationError
from xero_pipeline.parallel import run_in_parallel

PATIENCE = 60


def test_so_many_are_worked_on_at_a_time_and_no_more():
    together, most, now, lock = threading.Barrier(3), [0], [0], threading.Lock()

    def work(item):
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
        together.wait(PATIENCE)  # passes only when three are there
        with lock:
            now[0] -= 1
        return True

    assert run_in_parallel(range(6), work, at_once=3, stop=lambda: None) == (True, None)
    assert most == [3]


def test_a_slow_one_delays_nobody():
    done, others = [], threading.Event()

    def work(item):
        if item == 0:
            assert others.wait(PATIENCE)
        else:
            done.append(item)
            if len(done) == 4:
                others.set()
        return True

    assert run_in_parallel(range(5), work, at_once=2, stop=lambda: None) == (True, None)


@pytest.mark.parametrize("at_once", [1, 2])
def test_one_that_fails_stops_no_other_and_is_told_at_the_end(at_once):
    done = []

    def work(item):
        if item == 0:
            raise ConfigurationError("no")
        done.append(item)
        return item != 1

    well, error = run_in_parallel(range(4), work, at_once=at_once, stop=lambda: None)
    assert (sorted(done), well, str(error)) == ([1, 2, 3], False, "no")


def test_who_stops_the_command_is_not_kept_waiting_by_its_threads():
    stopped, both = threading.Event(), threading.Barrier(3)

    def work(item):
        both.wait(PATIENCE)
        assert stopped.wait(PATIENCE)
        raise KeyboardInterrupt

    def press():
        both.wait(PATIENCE)
        signal.raise_signal(signal.SIGINT)

    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    presser = threading.Thread(target=press)
    try:
        with pytest.raises(KeyboardInterrupt):
            presser.start()
            run_in_parallel(range(2), work, at_once=2, stop=stopped.set)
    finally:
        signal.signal(signal.SIGINT, before)
        presser.join()
    assert stopped.is_set()


def test_an_interrupt_that_reaches_one_of_them_stops_all_and_is_raised():
    begun, stopped = [], threading.Event()

    def work(item):
        begun.append(item)
        if item == 0:
            raise KeyboardInterrupt
        assert stopped.wait(PATIENCE)
        return True

    with pytest.raises(KeyboardInterrupt):
        run_in_parallel(range(50), work, at_once=2, stop=stopped.set)
    assert len(begun) <= 2
