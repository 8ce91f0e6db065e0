#!/usr/bin/env python3
"""An add-on for msnscope: everybody's messages arrive in capitals.

    msnscope proxy --upstream HOST --script "python3 shout.py"

Messages with a "!" are left alone, those with "secret" in them do not arrive.
"""
import base64
import json
import sys


def say(message):
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def decide(event):
    raw = base64.b64decode(event["raw"])
    line, _, payload = raw.partition(b"\r\n")
    head, blank, text = payload.partition(b"\r\n\r\n")
    if b"secret" in text:
        return {"do": "drop", "note": "dropped, as it has a secret in it,"}
    if b"!" in text:
        return {"do": "pass"}
    changed = line + b"\r\n" + head + blank + text.decode("utf-8", "replace").upper().encode()
    # The length in the line is mended by msnscope.
    return {"do": "replace", "data": base64.b64encode(changed).decode(), "note": "shouted"}


for line in sys.stdin:
    message = json.loads(line)
    if message["op"] == "hello":
        say({"op": "hello", "filter": "cmd:MSG dir:c2s header.content-type:text/plain*"})
    elif message["op"] == "command":
        say({"id": message["id"], **decide(message["event"])})
