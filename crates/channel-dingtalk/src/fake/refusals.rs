//! The refusals of DingTalk's security settings: one code, and only the words tell
//! the settings apart.

use std::net::IpAddr;

use fanfare_sandbox::ProviderRefusal;

use super::rules::ErrorLanguage;
use super::signature::SignatureFault;

const REFUSED_BY_SECURITY_SETTINGS: i64 = 310_000;
const MORE: &str = ", more: [https://ding-doc.dingtalk.com/doc#/serverapi2/qf2nxq]";
const LINK: &str =
    ";link:请参考本接口对应文档获得具体要求，或者在https://open.dingtalk.com/document/  搜索相关文档;";

/// The refusals in one language.
pub(super) struct SecurityRefusals(ErrorLanguage);

impl SecurityRefusals {
    pub(super) fn new(language: ErrorLanguage) -> Self {
        Self(language)
    }

    pub(super) fn signature(&self, fault: SignatureFault) -> ProviderRefusal {
        match fault {
            SignatureFault::Timestamp => self.refusal(
                "invalid timestamp",
                "description:机器人发送签名过期;solution:签名生成时间和发送时间请保持在timestampms以内",
            ),
            SignatureFault::Mismatch => self.refusal(
                "sign not match",
                "description:机器人发送签名不匹配;solution:请确认签名和生成签名的时间戳必须都放在调用的网址中，\
                 请确认机器人的密钥加密和填写正确",
            ),
        }
    }

    pub(super) fn keyword(&self) -> ProviderRefusal {
        self.refusal(
            "keywords not in content",
            "description:关键词不匹配;solution:请联系群管理员查看此机器人的关键词，并在发送的信息中包含此关键词",
        )
    }

    pub(super) fn address(&self, address: IpAddr) -> ProviderRefusal {
        self.refusal(
            &format!("ip {address} not in whitelist"),
            &format!("description:发送请求的IP地址不在白名单内, ip {address} not in whitelist;solution:请联系群管理员"),
        )
    }

    fn refusal(&self, english: &str, chinese: &str) -> ProviderRefusal {
        let words = match self.0 {
            ErrorLanguage::English => format!("{english}{MORE}"),
            ErrorLanguage::Chinese => format!("{chinese}{LINK}"),
        };
        ProviderRefusal::new(REFUSED_BY_SECURITY_SETTINGS, words)
    }
}
