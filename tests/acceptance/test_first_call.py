"""The first call: a spoken question over the telephone wire, and the answer by ear."""

import json
import os
import signal
import subprocess
import sys
import time
import wave
from pathlib import Path
from typing import Any

import httpx
import psutil
from tests.acceptance.ear import words_of


def call(product: Any, out: Path, *says: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "flowyte", "call", "--agent", "clinic", "--data", str(product.data)]
    for text in says:
        command += ["--say", text]
    done = subprocess.run(
        [*command, "--out", str(out), "--json"], capture_output=True, text=True, timeout=180, check=False
    )
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def by_ear(path: str) -> str:
    with wave.open(path) as sound:
        return words_of(sound.readframes(sound.getnframes()), sound.getframerate())


def test_a_spoken_question_is_answered_from_the_knowledge(product: Any, tmp_path: Path) -> None:
    """Saturday's opening hours are heard in the sound of the reply, and everything a call leaves is there."""
    result = call(product, tmp_path, "What time do you open on Saturday?")
    heard = by_ear(result["replyWav"])
    assert "saturday" in heard
    assert "in the morning" in heard, heard
    assert "in the afternoon" in heard, heard
    assert "recorded" in heard or "recording" in heard
    assert "nine in the morning" in result["turns"][-1]["text"]  # by ear "nine" is at times "mine"
    roles = [turn["role"] for turn in result["turns"]]
    assert "user" in roles
    assert roles[-1] == "agent"
    assert result["recordingSeconds"] > 3
    assert len(result["voiceToVoiceMs"]) == 1
    receipt = json.loads(Path(result["receipt"]).read_text())
    types = [event["type"] for event in receipt["events"]]
    assert types[0] == "call_started"
    assert types[-1] == "call_ended"
    assert {"consent", "user_utterance", "agent_message", "latency"} <= set(types)
    verified = subprocess.run(
        [sys.executable, "-m", "flowyte", "verify", result["receiptFile"], "--json"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert json.loads(verified.stdout)["verdict"] == "holds", verified.stdout


def test_a_message_is_taken_and_its_number_read_back(product: Any, tmp_path: Path) -> None:
    """Name, number and message are asked for; the number is heard again from the stored value; it is filed."""
    result = call(
        product,
        tmp_path,
        "Can you take a message?",
        "My name is Maria Lopez.",
        "Two zero two, five five five, zero one four two.",
        "Yes, that is right.",
        "Please call me about my crown.",
    )
    said = " ".join(turn["text"] for turn in result["turns"] if turn["role"] == "agent")
    assert "2 0 2, 5 5 5, 0 1 4 2" in said
    assert "I have filed your message" in said
    receipt = json.loads(Path(result["receipt"]).read_text())
    filed = [e["data"] for e in receipt["events"] if e["type"] == "tool_call" and e["data"].get("phase") == "returned"]
    assert [entry["ok"] for entry in filed] == [True]


def test_two_calls_at_once_do_not_mix(product: Any, tmp_path: Path) -> None:
    """Each hears its own answer."""
    questions = {"Saturday": "What time do you open on Saturday?", "cleaning": "How much does a cleaning cost?"}
    running = {}
    for word, text in questions.items():
        command = [sys.executable, "-m", "flowyte", "call", "--agent", "clinic", "--data", str(product.data)]
        running[word] = subprocess.Popen(
            [*command, "--say", text, "--out", str(tmp_path / word), "--json"], stdout=subprocess.PIPE, text=True
        )
    for word, process in running.items():
        output, _ = process.communicate(timeout=180)
        assert process.returncode == 0
        assert word in json.loads(output)["turns"][-1]["text"]


def test_a_killed_voice_process_leaves_a_closed_call_and_its_recording(product: Any, tmp_path: Path) -> None:
    """`kill -9` in mid-call: the process comes back, the call is closed with a cause, and the sound is there."""
    api = httpx.Client(base_url=f"{product.url}/api/v1", headers={"Authorization": f"Bearer {product.key}"}, timeout=30)
    command = [sys.executable, "-m", "flowyte", "call", "--agent", "clinic", "--data", str(product.data)]
    caller = subprocess.Popen(
        [*command, "--say", "How much does a cleaning cost?", "--out", str(tmp_path)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    conversation = wait_for(
        lambda: next((c for c in api.get("/conversations").json()["data"] if c["recordingState"] == "recording"), None)
    )
    time.sleep(3)  # some seconds of sound
    data = str(product.data).encode()
    for process in psutil.process_iter(["cmdline"]):
        if process.info["cmdline"] and process.info["cmdline"][-2:] == ["flowyte", "voice"]:
            environ = Path(f"/proc/{process.pid}/environ").read_bytes()
            if b"FLOWYTE_DATA_DIR=" + data in environ:
                os.kill(process.pid, signal.SIGKILL)
    caller.wait(timeout=60)
    path = f"/conversations/{conversation['id']}"
    closed = wait_for(lambda: next((c for c in [api.get(path).json()["data"]] if c["endedAt"]), None), seconds=60)
    assert (closed["cause"], closed["recordingState"]) == ("service_failed", "partial")
    assert closed["recordingMs"] > 2_000
    sound = api.get(f"{path}/recording", follow_redirects=True)
    assert sound.status_code == 200
    assert abs(len(sound.content) - 44 - closed["recordingMs"] * 32) < 64
    api.close()
    assert call(product, tmp_path / "after", "How much does a cleaning cost?")["turns"][-1]["role"] == "agent"


def test_what_a_caller_stops_and_an_operator_pauses_is_silent(product: Any, tmp_path: Path) -> None:
    """Over the wire: a pause by the API, "please stop recording" by voice, gaps of true length, and a record of it."""
    api = httpx.Client(base_url=f"{product.url}/api/v1", headers={"Authorization": f"Bearer {product.key}"}, timeout=30)
    command = [sys.executable, "-m", "flowyte", "call", "--agent", "clinic", "--data", str(product.data)]
    says = ["--say", "How much does a cleaning cost?", "--say", "Please stop recording.", "--say", "When do you open?"]
    caller = subprocess.Popen([*command, *says, "--out", str(tmp_path), "--json"], stdout=subprocess.PIPE, text=True)
    here = wait_for(
        lambda: next(
            (c["id"] for c in api.get("/conversations").json()["data"] if c["recordingState"] == "recording"), None
        )
    )
    assert api.post(f"/conversations/{here}/recording/pause").json()["data"]["recordingState"] == "paused"
    assert api.post(f"/conversations/{here}/recording/resume").json()["data"]["recordingState"] == "recording"
    output, _ = caller.communicate(timeout=120)
    turns = json.loads(output)["turns"]
    assert "I have stopped recording" in " ".join(turn["text"] for turn in turns), turns
    kept = api.get(f"/conversations/{here}").json()["data"]
    assert abs(kept["durationMs"] - kept["recordingFromMs"] - kept["recordingMs"]) <= 20
    record = api.get(f"/conversations/{here}/consent").json()["data"]
    assert [word["outcome"] for word in record["words"]] == ["granted", "withdrawn"]
    assert [gap["by"] for gap in record["gaps"]] == ["operator", "caller"]
    assert record["gaps"][1]["toMs"] == kept["recordingMs"]
    sound = api.get(f"/conversations/{here}/recording", follow_redirects=True).content[44:]
    for gap in record["gaps"]:
        assert not any(sound[gap["fromMs"] * 32 + 640 : gap["toMs"] * 32 - 640])
    assert any(sound[record["gaps"][0]["toMs"] * 32 : record["gaps"][1]["fromMs"] * 32])
    api.close()


def test_a_database_that_is_lost_comes_back_and_nothing_of_the_call_is(product: Any, tmp_path: Path) -> None:
    """`kill -9` of the database in mid-call: the call goes on, and every event of it is there afterwards."""
    command = [sys.executable, "-m", "flowyte", "call", "--agent", "clinic", "--data", str(product.data)]
    says = ["--say", "How much does a cleaning cost?", "--say", "Do you have parking?"]
    caller = subprocess.Popen(
        [*command, *says, "--out", str(tmp_path), "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    with httpx.Client(
        base_url=f"{product.url}/api/v1", headers={"Authorization": f"Bearer {product.key}"}, timeout=30
    ) as api:
        wait_for(lambda: answered(api))
    server = product.data / "postgres" / "cluster" / "postmaster.pid"
    os.kill(int(server.read_text().split("\n", 1)[0]), signal.SIGKILL)
    output, errors = caller.communicate(timeout=90)
    assert caller.returncode == 0, errors + "".join(product.said[-12:])
    receipt = json.loads(Path(json.loads(output)["receipt"]).read_text())
    assert [event["seq"] for event in receipt["events"]] == list(range(1, len(receipt["events"]) + 1))
    assert receipt["events"][-1]["type"] == "call_ended"
    said = "".join(product.said)
    assert "Traceback" not in said, said


def answered(api: httpx.Client) -> str | None:
    """The call that goes on, once its agent has said something to what its caller said."""
    live = next((c for c in api.get("/conversations").json()["data"] if c["recordingState"] == "recording"), None)
    if live is None:
        return None
    roles = [turn["role"] for turn in api.get(f"/conversations/{live['id']}/transcript").json()["data"]["turns"]]
    return str(live["id"]) if "user" in roles and roles[-1] == "agent" else None


def wait_for(look: Any, *, seconds: float = 40) -> Any:
    until = time.monotonic() + seconds  # noqa: TID251 - a real process is waited for
    while time.monotonic() < until:  # noqa: TID251
        if (found := look()) is not None:
            return found
        time.sleep(0.2)
    raise AssertionError("it did not happen")


def test_a_second_start_on_the_same_folder_is_refused(product: Any) -> None:
    """One line says what to do, and the running one goes on."""
    done = subprocess.run(
        [sys.executable, "-m", "flowyte", "up", "--data", str(product.data), "--port", "0"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert "Another `flowyte up` runs on" in done.stderr
    assert httpx.get(f"{product.url}/api/v1/healthz").status_code == 200
