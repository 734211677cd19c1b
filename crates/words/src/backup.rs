//! The words of `fanfare backup`, `fanfare restore` and `fanfare init`.

use fanfare_core::Language;

/// The words of `fanfare backup`, `fanfare restore` and `fanfare init`, in one language.
#[derive(Debug)]
pub struct BackupWords {
    language: Language,
}

impl BackupWords {
    /// The words in `language`.
    #[must_use]
    pub fn in_language(language: Language) -> &'static Self {
        match language {
            Language::En => &ENGLISH,
            Language::Zh => &CHINESE,
        }
    }

    /// The result of a backup.
    #[must_use]
    pub fn made(&self, file: &str, alerts: u64, size: u64) -> String {
        match self.language {
            Language::En => format!("{file}: {alerts} alerts, {size} bytes, found whole"),
            Language::Zh => format!("{file}：{alerts} 条告警，{size} 字节，校验完整"),
        }
    }

    /// The result of a restoration, with the file to which an earlier store was moved.
    #[must_use]
    pub fn restored(&self, store: &str, alerts: u64, aside: Option<&str>) -> String {
        match (self.language, aside) {
            (Language::En, None) => {
                format!("{store} is restored, with {alerts} alerts\nnext: `fanfare serve`")
            }
            (Language::En, Some(aside)) => format!(
                "{store} is restored, with {alerts} alerts; the store that stood there is now {aside}\nnext: `fanfare serve`"
            ),
            (Language::Zh, None) => format!("{store} 已恢复，共 {alerts} 条告警\n下一步：`fanfare serve`"),
            (Language::Zh, Some(aside)) => {
                format!("{store} 已恢复，共 {alerts} 条告警；原有存储已移至 {aside}\n下一步：`fanfare serve`")
            }
        }
    }

    /// The result of `fanfare init`, with the two commands to run next.
    #[must_use]
    pub fn started(&self, file: &str) -> String {
        match self.language {
            Language::En => format!(
                "{file} is written; its comments say what to fill in\nnext: `fanfare --config {file} check`, then `fanfare --config {file} serve --sandbox`"
            ),
            Language::Zh => format!(
                "已写入 {file}，请按其中注释填写\n下一步：`fanfare --config {file} check`，然后 `fanfare --config {file} serve --sandbox`"
            ),
        }
    }
}

static ENGLISH: BackupWords = BackupWords { language: Language::En };

static CHINESE: BackupWords = BackupWords { language: Language::Zh };

#[cfg(test)]
mod tests;
