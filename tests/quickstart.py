"""The README's quick start as a test: start the portal, lodge one declaration, stop, leave nothing.

Run by `.ci/run`. Uses the standard library only, as a trader's first script would.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

ROOT = Path(__file__).resolve().parents[1]
DEMO = ROOT / "var" / "demo.json"
HOST = "127.0.0.1"
READY_LIMIT = 600.0
STOP_LIMIT = 90.0
ANSWER_LIMIT = 180.0
MRN_LENGTH = 18

IE315 = """<?xml version="1.0" encoding="UTF-8"?>
<CC315A xmlns="http://ics.dgtaxud.ec/CC315A">
  <MesSenMES3 xmlns="">{eori}</MesSenMES3>
  <MesRecMES6 xmlns="">NICA.NL</MesRecMES6>
  <DatOfPreMES9 xmlns="">{now:%y%m%d}</DatOfPreMES9>
  <TimOfPreMES10 xmlns="">{now:%H%M}</TimOfPreMES10>
  <MesIdeMES19 xmlns="">{number}</MesIdeMES19>
  <MesTypMES20 xmlns="">CC315A</MesTypMES20>
  <HEAHEA xmlns="">
    <RefNumHEA4>QUICK-{number}</RefNumHEA4>
    <TraModAtBorHEA76>1</TraModAtBorHEA76>
    <IdeOfMeaOfTraCroHEA85>9074729</IdeOfMeaOfTraCroHEA85>
    <TotNumOfIteHEA305>1</TotNumOfIteHEA305>
    <TotNumOfPacHEA306>40</TotNumOfPacHEA306>
    <TotGroMasHEA307>8200</TotGroMasHEA307>
    <DecPlaHEA394>Rotterdam</DecPlaHEA394>
    <DecPlaHEA394LNG>EN</DecPlaHEA394LNG>
    <ConRefNumHEA>VOY 417W</ConRefNumHEA>
    <PlaLoaGOOITE334>CNSHA</PlaLoaGOOITE334>
    <PlaUnlGOOITE334>NLRTM</PlaUnlGOOITE334>
    <DecDatTimHEA114>{now:%Y%m%d%H%M}</DecDatTimHEA114>
  </HEAHEA>
  <TRACONCO1 xmlns="">
    <NamCO17>Shanghai Kitchen Works</NamCO17>
    <StrAndNumCO122>88 Harbour Road</StrAndNumCO122>
    <PosCodCO123>200080</PosCodCO123>
    <CitCO124>Shanghai</CitCO124>
    <CouCO125>CN</CouCO125>
    <NADLNGCO>EN</NADLNGCO>
  </TRACONCO1>
  <TRACONCE1 xmlns="">
    <NamCE17>Keukenhuis Utrecht</NamCE17>
    <StrAndNumCE122>Havenweg 12</StrAndNumCE122>
    <PosCodCE123>3542 AB</PosCodCE123>
    <CitCE124>Utrecht</CitCE124>
    <CouCE125>NL</CouCE125>
    <NADLNGCE>EN</NADLNGCE>
  </TRACONCE1>
  <GOOITEGDS xmlns="">
    <IteNumGDS7>1</IteNumGDS7>
    <GooDesGDS23>Stainless steel cooking pots with lids</GooDesGDS23>
    <GooDesGDS23LNG>EN</GooDesGDS23LNG>
    <GroMasGDS46>8200</GroMasGDS46>
    <PRODOCDC2>
      <DocTypDC21>N705</DocTypDC21>
      <DocRefDC23>BL{number}</DocRefDC23>
      <DocRefDCLNG>EN</DocRefDCLNG>
    </PRODOCDC2>
    <COMCODGODITM>
      <ComNomCMD1>732393</ComNomCMD1>
    </COMCODGODITM>
    <CONNR2>
      <ConNumNR21>MSKU1234565</ConNumNR21>
    </CONNR2>
    <PACGS2>
      <KinOfPacGS23>CT</KinOfPacGS23>
      <NumOfPacGS24>40</NumOfPacGS24>
      <MarNumOfPacGSL21>KHU 1 TO 40</MarNumOfPacGSL21>
      <MarNumOfPacGSL21LNG>EN</MarNumOfPacGSL21LNG>
    </PACGS2>
  </GOOITEGDS>
  <ITI xmlns="">
    <CouOfRouCodITI1>CN</CouOfRouCodITI1>
  </ITI>
  <ITI xmlns="">
    <CouOfRouCodITI1>NL</CouOfRouCodITI1>
  </ITI>
  <PERLODSUMDEC xmlns="">
    <TINPLD1>{eori}</TINPLD1>
  </PERLODSUMDEC>
  <CUSOFFFENT730 xmlns="">
    <RefNumCUSOFFFENT731>NL000396</RefNumCUSOFFFENT731>
    <ExpDatOfArrFIRENT733>{arrival:%Y%m%d%H%M}</ExpDatOfArrFIRENT733>
  </CUSOFFFENT730>
</CC315A>
"""


def free_port() -> int:
    """A port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def start(port: int) -> "subprocess.Popen[bytes]":
    """`make up` in a process group of its own, as a terminal starts it."""
    environment = {**os.environ, "HEADLESS": "1", "PORT": str(port)}
    return subprocess.Popen(["make", "up"], cwd=ROOT, env=environment, start_new_session=True)


def is_ready(port: int) -> bool:
    """Whether /readyz says so."""
    connection = HTTPConnection(HOST, port, timeout=10)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except (HTTPException, OSError):
        return False
    finally:
        connection.close()


def wait_until_ready(process: "subprocess.Popen[bytes]", port: int) -> None:
    """Until /readyz says so; SystemExit when `make up` ends first or takes too long."""
    deadline = time.monotonic() + READY_LIMIT
    while not is_ready(port):
        if process.poll() is not None:
            sys.exit(f"make up ended with {process.returncode}")
        if time.monotonic() > deadline:
            sys.exit("make up was not ready in time")
        time.sleep(0.5)


def lodge(port: int, token: str, eori: str) -> str:
    """Lodge an IE315 with a fresh number; the MRN of the IE328 that comes back."""
    now = datetime.now(UTC)
    arrival = now + timedelta(days=3)
    number = f"Q{now:%y%m%d%H%M%S}"
    body = IE315.format(eori=eori, now=now, arrival=arrival, number=number)
    status, text = ask(port, token, "POST", "/api/v1/messages?wait=20", body)
    deadline = time.monotonic() + ANSWER_LIMIT
    while status == 202 and time.monotonic() < deadline:
        status, text = ask(port, token, "GET", f"/api/v1/messages/{json.loads(text)['id']}?wait=20")
    if status != 200:
        sys.exit(f"The IE315 was answered with {status}: {text}")
    return mrn_of(text)


def ask(port: int, token: str, method: str, path: str, body: str = "") -> tuple[int, str]:
    """Status and text of an answer of the API."""
    connection = HTTPConnection(HOST, port, timeout=60)
    headers = {"Authorization": f"Token {token}", "Content-Type": "application/xml"}
    connection.request(method, path, body.encode(), headers)
    answer = connection.getresponse()
    found = answer.status, answer.read().decode()
    connection.close()
    return found


def mrn_of(text: str) -> str:
    """The MRN of an IE328; SystemExit for any other message."""
    message = ET.fromstring(text)
    mrn = message.findtext("HEAHEA/DocNumHEA5", default="")
    if not message.tag.endswith("CC328A") or len(mrn) != MRN_LENGTH:
        sys.exit(f"Not an IE328 with an MRN: {text}")
    return mrn


def living_processes() -> dict[int, tuple[int, str]]:
    """Parent and command of every process that has not ended, by its number."""
    found = subprocess.run(
        ["ps", "-eo", "pid=,ppid=,stat=,args="], capture_output=True, text=True, check=True
    )
    lines = [line.split(None, 3) for line in found.stdout.splitlines()]
    return {int(pid): (int(parent), text) for pid, parent, state, text in lines if state[0] != "Z"}


def family_of(pid: int) -> dict[int, str]:
    """The process and all that it started, whatever session they are in."""
    processes = living_processes()
    family = {pid: "make"}
    for _ in range(10):
        family |= {child: text for child, (up, text) in processes.items() if up in family}
    return family


def stop(process: "subprocess.Popen[bytes]") -> None:
    """Press Ctrl-C; SystemExit if anything is left."""
    family = family_of(process.pid)
    os.killpg(process.pid, signal.SIGINT)
    process.wait(STOP_LIMIT)
    left = [text for pid, (_, text) in living_processes().items() if family.get(pid) == text]
    if left:
        sys.exit("Left behind:\n" + "\n".join(left))


def main() -> None:
    """Start, lodge, stop; whatever fails, stop."""
    port = free_port()
    DEMO.unlink(missing_ok=True)
    process = start(port)
    try:
        wait_until_ready(process, port)
        demo: dict[str, Any] = json.loads(DEMO.read_text())
        token = demo["tokens"][0]
        print("The IE328 brought", lodge(port, token["token"], token["eori"]), flush=True)
    finally:
        stop(process)
    print("The quick start works and leaves no process behind.")


if __name__ == "__main__":
    main()
