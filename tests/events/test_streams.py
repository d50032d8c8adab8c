import pytest

from events.streams import StreamNames, patient_of


def test_a_real_trial_has_plain_stream_names() -> None:
    names = StreamNames()
    assert (names.trial, names.allocation, names.patient("RJ-0042")) == ("trial", "allocation", "patient/RJ-0042")


def test_every_stream_of_a_simulated_trial_says_so() -> None:
    names = StreamNames(simulated=True)
    assert names.trial == "simulated-trial"
    assert names.allocation == "simulated-allocation"
    assert names.patient("RJ-0042") == "simulated-patient/RJ-0042"
    assert names.patients == "simulated-patient/"


@pytest.mark.parametrize("patient_id", ["RJ-0042", "7", "a.b_c-d", "x" * 64])
def test_a_pseudonymous_id_names_a_stream_and_is_read_back(patient_id: str) -> None:
    for simulated in (False, True):
        assert patient_of(StreamNames(simulated).patient(patient_id)) == patient_id


@pytest.mark.parametrize("patient_id", ["", "Li Wei", "RJ/0042", "-1", ".hidden", "x" * 65, "王伟", "RJ-0042\n", "a%b"])
def test_what_is_no_pseudonymous_id_is_refused_with_the_rule(patient_id: str) -> None:
    with pytest.raises(ValueError, match="use 1 to 64 letters") as refused:
        StreamNames().patient(patient_id)
    assert repr(patient_id) in str(refused.value)


@pytest.mark.parametrize("stream", ["trial", "simulated-trial", "allocation", "patient/", "simulated-allocation", ""])
def test_the_trials_own_streams_belong_to_no_patient(stream: str) -> None:
    assert patient_of(stream) is None
