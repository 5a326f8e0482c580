"""A program on Five9's own Python pack, run by that pack's Python: logs an agent in and prints each frame of the socket as a line.

python pack_program.py LOGIN_URL USERNAME PASSWORD [SAMPLE], with the pack on PYTHONPATH. With SAMPLE it runs that program of the pack's
instead, as it was published. A line on its standard input ends it.
"""

import importlib
import json
import os
import runpy
import sys


def say(what: object) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def main() -> None:
    login_url, username, password, *sample = sys.argv[1:]
    config = importlib.import_module("five9_agent_sup_rest.config")
    # The one thing that is not as it was published.
    config.SETTINGS["US"]["FIVENINE_VCC_LOGIN_URL"] = login_url
    # A prepared request, which is what the pack sends, asks no environment whom to trust: the library's own list is all it has.
    vars(importlib.import_module("requests.adapters"))["DEFAULT_CA_BUNDLE_PATH"] = os.environ["SSL_CERT_FILE"]
    if sample:
        sys.argv = [sample[0], "--username", username, "--password", password]
        runpy.run_path(sample[0], run_name="__main__")
        return
    client_module = importlib.import_module("five9_agent_sup_rest.client")
    handlers = importlib.import_module("five9_agent_sup_rest.methods.default_socket_handlers")

    def printing(event_id: str) -> type:
        async def handle(self: object, event: object) -> None:
            say(event)

        return type(
            f"Print{event_id}", (handlers.SocketEventHandler,), {"eventId": event_id, "handle": handle}
        )

    client = client_module.Five9RestClient(
        username=username,
        password=password,
        socket_app_key="cordboard_test",
        custom_socket_handlers=[printing(event_id) for event_id in ("3", "4", "5", "12", "1010", "1202")],
    )
    assert client.initialize_agent_session()
    say({"state": client.agent_login_state})
    client.agent_socket.connect()
    client.agent.LogOut.invoke()
    say({"over": True})


if __name__ == "__main__":
    main()
