"""Sends a mail by Python's smtplib, which shares nothing with Fanfare, and prints the code of the last answer.

    send_mail.py PORT < mail.json

mail.json: {"from", "to": [...], "subject", "text", "html"?, "charset"?, "login"?: [user, password], "starttls"?: ca_file,
"message_id"?, "date"?}
"""

import email.charset
import email.header
import email.mime.multipart
import email.mime.text
import json
import smtplib
import ssl
import sys

mail = json.load(sys.stdin)
charset = mail.get("charset", "utf-8")
if "html" in mail:
    message = email.mime.text.MIMEText(mail["html"], "html", charset)
else:
    message = email.mime.text.MIMEText(mail["text"], "plain", charset)
message["Subject"] = email.header.Header(mail["subject"], charset)
message["From"] = mail["from"]
message["To"] = ", ".join(mail["to"])
for header, name in (("Message-ID", "message_id"), ("Date", "date")):
    if name in mail:
        message[header] = mail[name]

try:
    with smtplib.SMTP("127.0.0.1", int(sys.argv[1]), timeout=20) as server:
        server.ehlo()
        if "starttls" in mail:
            context = ssl.create_default_context(cafile=mail["starttls"])
            context.check_hostname = False
            server.starttls(context=context)
            server.ehlo()
        if "login" in mail:
            server.login(*mail["login"])
        server.sendmail(mail["from"], mail["to"], message.as_bytes())
    print(250)
except smtplib.SMTPRecipientsRefused as err:
    print(*sorted({code for code, _ in err.recipients.values()}))
except smtplib.SMTPResponseException as err:
    print(err.smtp_code)
