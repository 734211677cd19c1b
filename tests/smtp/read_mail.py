"""Reads a mail with Python's `email`, and prints it as JSON: a reader that is not ours.

    python3 read_mail.py MAIL.eml

`headers` is a list of [name, decoded text] in their order, `type` the content
type of the whole, `parts` the leaves in their order, each with its `type`,
`encoding` and decoded `text`, and `defects` whatever the reader found wrong.
"""

import email
import email.policy
import json
import sys


def leaves(message):
    return [part for part in message.walk() if not part.is_multipart()]


def main(path):
    with open(path, "rb") as file:
        message = email.message_from_binary_file(file, policy=email.policy.SMTP)
    found = [message, *message.walk(), *message.values()]
    print(
        json.dumps(
            {
                "type": message.get_content_type(),
                "headers": [[name, str(text)] for name, text in message.items()],
                "parts": [
                    {
                        "type": part.get_content_type(),
                        "encoding": part["Content-Transfer-Encoding"],
                        "text": part.get_content(),
                    }
                    for part in leaves(message)
                ],
                "defects": sorted({str(defect) for it in found for defect in getattr(it, "defects", [])}),
            },
            ensure_ascii=False,
        )
    )


if __name__ == "__main__":
    main(sys.argv[1])
