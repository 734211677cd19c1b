"""A real SMTP server that is not ours: aiosmtpd, as strict as a provider.

    python3 server.py --certificate PEM --key PEM --mails FOLDER --user NAME --password PASSWORD

Listens on a free port of 127.0.0.1 and prints it as the first line. Takes mail
only after STARTTLS and AUTH (PLAIN or LOGIN), and writes each into FOLDER as
`1.eml`, `2.eml`, ...: the bytes as they came, behind `X-Envelope-From`,
`X-Envelope-To` and `X-Auth-Mechanism`. Ends with its standard input.
"""

import argparse
import asyncio
import itertools
import logging
import os
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

LONGEST_LINE = 998  # RFC 5322, 2.1.1


class Mailbox:
    """Keeps what a well-formed mail is, and refuses everything else."""

    def __init__(self, folder):
        self.folder = folder
        self.numbers = itertools.count(1)

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("gone@"):
            return "550 5.1.1 no such user"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Ok"

    async def handle_DATA(self, server, session, envelope):
        lines = envelope.original_content.split(b"\r\n")
        if any(b"\r" in line or b"\n" in line or b"\0" in line for line in lines):
            return "550 5.6.0 bare CR, LF or NUL"
        if any(len(line) > LONGEST_LINE or not line.isascii() for line in lines):
            return "550 5.6.0 a line too long or not of 7 bits"
        number = next(self.numbers)
        head = [
            f"X-Envelope-From: {envelope.mail_from}",
            f"X-Envelope-To: {', '.join(envelope.rcpt_tos)}",
            f"X-Auth-Mechanism: {session.auth_data['mechanism']}",
        ]
        path = os.path.join(self.folder, f"{number}.eml")
        with open(path + ".part", "wb") as file:
            file.write("".join(line + "\r\n" for line in head).encode() + envelope.original_content)
        os.rename(path + ".part", path)
        return f"250 2.0.0 Ok: queued as {number}"


def authenticator(user, password):
    def check(server, session, envelope, mechanism, credentials):
        assert isinstance(credentials, LoginPassword)
        expected = (user.encode(), password.encode())
        if (credentials.login, credentials.password) != expected:
            return AuthResult(success=False, handled=False)
        return AuthResult(success=True, auth_data={"mechanism": mechanism})

    return check


async def main(arguments):
    logging.disable(logging.WARNING)
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(arguments.certificate, arguments.key)
    mailbox = Mailbox(arguments.mails)
    loop = asyncio.get_running_loop()

    def connection():
        return SMTP(
            mailbox,
            hostname="mail.example.com",
            tls_context=tls,
            require_starttls=True,
            auth_required=True,
            auth_require_tls=True,
            authenticator=authenticator(arguments.user, arguments.password),
            enable_SMTPUTF8=False,
            loop=loop,
        )

    server = await loop.create_server(connection, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    os._exit(0)  # Connections that clients keep must not keep us.


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    for option in ["certificate", "key", "mails", "user", "password"]:
        parser.add_argument(f"--{option}", required=True)
    asyncio.run(main(parser.parse_args()))
