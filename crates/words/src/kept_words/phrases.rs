//! Phrases of the gateway's own inside the reasons that the ledger keeps, with their Chinese: what channels say about
//! TLS, HTTP, SMTP and the way there. What providers say stands between them and stays as it is.

/// A phrase in English and in Chinese. `{}` stands for a text that both have, in the same order.
pub(super) type Phrase = (&'static str, &'static str);

/// The phrases, longer ones before those that are parts of them. Each begins with words of its own.
pub(super) const PHRASES: &[Phrase] = &[
    // crates/tls/src/fault.rs
    (
        "the server's certificate expired at {}, and this machine's clock shows {}: renew it on the server, or set this machine's clock if that is wrong",
        "服务器证书已于 {} 过期，本机时钟显示 {}：请在服务器上更新证书；若本机时钟有误，请校准",
    ),
    (
        "the server's certificate has expired: renew it on the server, or set this machine's clock if that is wrong",
        "服务器证书已过期：请在服务器上更新证书；若本机时钟有误，请校准",
    ),
    (
        "the server's certificate is not valid before {}, and this machine's clock shows {}: set this machine's clock if that is wrong; or else the certificate was made by a clock that was ahead, and must be made again",
        "服务器证书自 {} 起生效，本机时钟显示 {}：若本机时钟有误，请校准；否则是签发证书的时钟偏快，需重新签发",
    ),
    (
        "the server's certificate is not valid yet: set this machine's clock if that is wrong, or have it made again",
        "服务器证书尚未生效：若本机时钟有误，请校准，或重新签发证书",
    ),
    (
        "the server's certificate, or its CA's, has a key or a signature of a kind that we cannot check, as P-521, Ed448, DSA and SHA-1 are: have it made {}, by a CA with such a key",
        "服务器证书或其 CA 的密钥或签名类型本机无法校验（如 P-521、Ed448、DSA、SHA-1）：请{}重新签发，CA 亦同",
    ),
    (
        "the server's certificate, or its CA's, has an RSA key of less than 2048 bits, which is not safe: have it made {}, by a CA with such a key",
        "服务器证书或其 CA 的 RSA 密钥不足 2048 位，不安全：请{}重新签发，CA 亦同",
    ),
    (
        "an intermediate certificate that the server sends beside its own expired at {}, and this machine's clock shows {}: let the server send its issuer's present one, or set this machine's clock if that is wrong",
        "服务器发送的中间证书已于 {} 过期，本机时钟显示 {}：请让服务器发送签发者现行的中间证书；若本机时钟有误，请校准",
    ),
    (
        "an intermediate certificate that the server sends beside its own is not valid before {}, and this machine's clock shows {}: set this machine's clock if that is wrong, or let the server send its issuer's present one",
        "服务器发送的中间证书自 {} 起生效，本机时钟显示 {}：若本机时钟有误，请校准；否则请让服务器发送签发者现行的中间证书",
    ),
    (
        "the server's certificate is of version 1 and names no server, so it cannot be checked: have one of version 3 made, e.g. by `{}`, and name it in ",
        "服务器证书为版本 1，未写明服务器名，无法校验：请签发版本 3 的证书，例如 `{}`，并填写到 ",
    ),
    (
        "the server's certificate cannot be trusted ({}): check {}, and have the certificate made again",
        "服务器证书不可信（{}）：请检查 {}，并重新签发证书",
    ),
    ("the server's certificate is for another name: check ", "服务器证书的名称不符：请检查 "),
    (
        "nobody whom this machine trusts has issued the server's certificate: name its CA, or the certificate itself, in {} (PEM). Where the CA is known, the server leaves out an intermediate certificate: let it send the whole chain",
        "服务器证书不是由本机信任的 CA 签发：请在 {} 中填写其 CA 或证书本身（PEM）。若该 CA 已受信任，则是服务器缺少中间证书：请让服务器发送完整证书链",
    ),
    (
        "the signature of the server's certificate does not fit: another CA of the same name than the one that is trusted has issued it, or the server does not hold its key; name its CA, or the certificate itself, in {} (PEM)",
        "服务器证书的签名不符：由另一个同名 CA 签发，或服务器没有对应私钥；请在 {} 中填写其 CA 或证书本身（PEM）",
    ),
    (
        "the server's certificate is its own CA (self-signed), and not the one that is trusted: name the very certificate in {} (PEM)",
        "服务器证书为自签名证书，且不是受信任的那一张：请在 {} 中填写这张证书（PEM）",
    ),
    (
        "the server's certificate names no server: have it made for ",
        "服务器证书未写明服务器名：请重新签发，名称为 ",
    ),
    (
        "the server's certificate is for {} and not for `{}`: check {}, or have it made for this name",
        "服务器证书属于 {}，而不是 `{}`：请检查 {}，或为该名称重新签发",
    ),
    (
        "as subjectAltName: a name in its subject alone does not count",
        "写入 subjectAltName，仅写在 subject 中无效",
    ),
    (
        "the server and we have no version or cipher in common ({}): we speak TLS 1.3, and 1.2 with ECDHE and AES-GCM or ChaCha20-Poly1305; allow one of them on the server",
        "与服务器没有共同的 TLS 版本或加密套件（{}）：本机支持 TLS 1.3，以及使用 ECDHE 与 AES-GCM 或 ChaCha20-Poly1305 的 1.2；请在服务器上启用其一",
    ),
    (
        ". Or its certificate has a key of another kind than we know (P-521, Ed448, DSA): have it made {}. Or it wants a certificate from its clients, and we have none to show",
        "；或其证书的密钥类型本机不支持（P-521、Ed448、DSA）：请{}重新签发；或服务器要求客户端证书，而本机没有",
    ),
    (
        "with a key of RSA (2048 bits or more), P-256, P-384 or Ed25519",
        "使用 RSA（2048 位及以上）、P-256、P-384 或 Ed25519 密钥",
    ),
    ("its alert: ", "其警报："),
    (
        "the server wants a certificate from its clients, and we have none to show ({}): let this machine in without one, or use another port or server",
        "服务器要求客户端证书，而本机没有（{}）：请允许本机不带证书连接，或换用其他端口或服务器",
    ),
    ("the server knows of no such name ({}): check ", "服务器不认识该名称（{}）：请检查 "),
    ("the server shows no certificate; it must have one", "服务器未出示证书；服务器必须有证书"),
    ("the server does not speak it there; ", "服务器在该端口不使用 TLS；"),
    ("should `smtp.tls` be starttls?", "`smtp.tls` 是否应为 starttls？"),
    ("the address of the provider", "服务商地址"),
    // crates/http-channel
    (
        "check the port, or should the address begin with http://?",
        "请检查端口，或地址是否应以 http:// 开头？",
    ),
    (
        "the proxy wants a login, or another one: check `proxy_login`",
        "代理要求登录或登录信息有误：请检查 `proxy_login`",
    ),
    ("the proxy wants a login: check `proxy_login`", "代理要求登录：请检查 `proxy_login`"),
    ("the server wants TLS: the address must begin with https://", "服务器要求 TLS：地址须以 https:// 开头"),
    (
        "the server waits for TLS there and has no message: the address must begin with https://",
        "服务器在该端口等待 TLS，未收到消息：地址须以 https:// 开头",
    ),
    (
        "should the address begin with https://? Or else check its port, and `proxy`",
        "地址是否应以 https:// 开头？否则请检查端口和 `proxy`",
    ),
    (
        "redirects are not followed with a secret: check the address and `proxy`",
        "携带密钥时不跟随重定向：请检查地址和 `proxy`",
    ),
    ("with an answer that is not the provider's JSON: ", "，答复不是服务商的 JSON："),
    ("is an address of a private network, and those are not allowed", "是内网地址，不允许使用"),
    // crates/channel-email
    (
        "check `smtp.username` and `smtp.password`; QQ, 163 and WeCom mail want an authorisation code, not the login password",
        "请检查 `smtp.username` 和 `smtp.password`；QQ、163 和企业微信邮箱须使用授权码，而不是登录密码",
    ),
    (
        "the login has failed {} times in a row, so it is tried ever more rarely: check `smtp.username` and `smtp.password`",
        "已连续 {} 次登录失败，重试间隔将越来越长：请检查 `smtp.username` 和 `smtp.password`",
    ),
    (
        "the server wants a login before it takes mail: set `smtp.username` and `smtp.password` to one that may send",
        "服务器要求登录后才收信：请在 `smtp.username` 和 `smtp.password` 中填写可发信的账号",
    ),
    (
        "the server wants an encrypted connection: set `smtp.tls` to starttls",
        "服务器要求加密连接：请将 `smtp.tls` 设为 starttls",
    ),
    (
        "the server does not take the name of this machine: set `smtp.hello` to its full name, as DNS knows it",
        "服务器不接受本机名称：请将 `smtp.hello` 设为 DNS 中的完整主机名",
    ),
    (
        "the server wants full names: check the domains in `to` and `from`, and `smtp.hello`",
        "服务器要求完整域名：请检查 `to`、`from` 中的域名和 `smtp.hello`",
    ),
    (
        "the server passes no mail on to this domain for us: log in by `smtp.username` and `smtp.password`, have its administrator allow this machine to relay, or send through another server",
        "服务器不为本机向该域转发邮件：请用 `smtp.username` 和 `smtp.password` 登录，请管理员允许本机转发，或换用其他服务器",
    ),
    (
        "the server's rules are against it: its administrator knows which, and can let this sender or machine through",
        "服务器规则不允许：请联系其管理员放行该发件人或本机",
    ),
    (
        "the server does not take `from`: set it to an address that `smtp.username` may send as",
        "服务器不接受 `from`：请改为 `smtp.username` 有权使用的地址",
    ),
    (
        "most providers want `from` to be the address of `smtp.username`",
        "多数服务商要求 `from` 与 `smtp.username` 的地址一致",
    ),
    (
        "the server does not offer {} here, nor any other login; check `smtp.port` and `smtp.tls`, or leave out `smtp.username`",
        "服务器在此不提供 {}，也不提供其他登录方式；请检查 `smtp.port` 和 `smtp.tls`，或去掉 `smtp.username`",
    ),
    (
        "its administrator must allow one of PLAIN, LOGIN and CRAM-MD5, or take mail from this machine without a login; or send through another server",
        "请管理员启用 PLAIN、LOGIN 或 CRAM-MD5 之一，或允许本机免登录发信；也可换用其他服务器",
    ),
    ("the server does not offer {} but only {}; ", "服务器不提供 {}，仅提供 {}；"),
    ("set `smtp.auth` to auto", "请将 `smtp.auth` 设为 auto"),
    (
        " is too weak for the server, and it offers CRAM-MD5: set `smtp.auth` to cram-md5",
        " 对服务器而言强度不足，服务器提供 CRAM-MD5：请将 `smtp.auth` 设为 cram-md5",
    ),
    (
        "the server speaks TLS from the first byte there: set `smtp.tls` to implicit",
        "服务器在该端口直接使用 TLS：请将 `smtp.tls` 设为 implicit",
    ),
    (
        "the server does not offer STARTTLS, and mail is not sent without; check `smtp.port`, or should `smtp.tls` be implicit?",
        "服务器不提供 STARTTLS，不加密则不发信；请检查 `smtp.port`，或 `smtp.tls` 是否应为 implicit？",
    ),
    (
        "the server speaks {} there and not SMTP; check `smtp.host` and `smtp.port`",
        "该端口使用 {} 而不是 SMTP；请检查 `smtp.host` 和 `smtp.port`",
    ),
    ("the mail has {} bytes, and the server takes {} (SIZE)", "邮件为 {} 字节，服务器上限为 {} 字节（SIZE）"),
    (
        "the server takes no address with other than ASCII letters (SMTPUTF8)",
        "服务器不支持含非 ASCII 字符的地址（SMTPUTF8）",
    ),
    ("every recipient refused; ", "所有收件人均被拒绝；"),
    ("no recipient accepted: ", "没有收件人被接受："),
    ("mend the channel's `to`", "请修正该渠道的 `to`"),
    ("the others were served before", "其余收件人此前已送达"),
    ("the time was up before this recipient's turn", "未轮到该收件人时间已到"),
    ("at this recipient: ", "在该收件人处："),
    ("no longer in `to`", "已不在 `to` 中"),
    ("the server is out of step: ", "服务器答复错位："),
    ("the answer is not SMTP: ", "答复不是 SMTP："),
    ("the server does not read on", "服务器停止接收"),
    ("the server hung up", "服务器断开了连接"),
    ("no answer from the name server in time", "域名服务器未及时答复"),
    ("no answer in time", "未及时答复"),
    (
        "`smtp.proxy` wants a login, or another one: check `smtp.proxy_login`",
        "`smtp.proxy` 要求登录或登录信息有误：请检查 `smtp.proxy_login`",
    ),
    ("`smtp.proxy` refuses CONNECT: ", "`smtp.proxy` 拒绝 CONNECT："),
    ("`smtp.proxy` refuses to connect: ", "`smtp.proxy` 拒绝连接："),
    ("`smtp.proxy` cannot connect: ", "`smtp.proxy` 无法连接："),
    ("cannot find {}: ", "无法解析 {}："),
    ("cannot reach {}: ", "无法连接 {}："),
    ("cannot be written as a mail: ", "无法写成邮件："),
    ("cannot be written as JSON: ", "无法写成 JSON："),
];

/// The most bytes between two parts of a phrase: the longest text that is quoted there has 200.
const LONGEST_BETWEEN: usize = 400;

/// `text` with the gateway's own phrases in Chinese.
pub(super) fn translate(text: &str) -> String {
    PHRASES.iter().fold(text.to_owned(), |text, phrase| replace(&text, *phrase))
}

/// `text` with each place of one phrase in Chinese.
fn replace(text: &str, (english, chinese): Phrase) -> String {
    let mut replaced = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(found) = find(rest, english) {
        replaced.push_str(found.before);
        replaced.push_str(&fill(chinese, &found.between));
        rest = found.after;
    }
    replaced.push_str(rest);
    replaced
}

/// A place of a phrase in a text.
struct Found<'a> {
    before: &'a str,
    /// The texts between the parts of the phrase.
    between: Vec<&'a str>,
    after: &'a str,
}

/// The first place of `phrase` in `text`.
fn find<'a>(text: &'a str, phrase: &str) -> Option<Found<'a>> {
    let mut parts = phrase.split("{}");
    let first = parts.next()?;
    let (before, mut after) = text.split_once(first)?;
    let mut between = Vec::new();
    for part in parts {
        let (gap, rest) = after.split_once(part)?;
        if gap.len() > LONGEST_BETWEEN {
            return None;
        }
        between.push(gap);
        after = rest;
    }
    Some(Found { before, between, after })
}

fn fill(template: &str, texts: &[&str]) -> String {
    let mut parts = template.split("{}");
    let mut filled = parts.next().unwrap_or_default().to_owned();
    for (part, text) in parts.zip(texts) {
        filled.push_str(text);
        filled.push_str(part);
    }
    filled
}
