//! A problem for which the store keeps no alerts, and its words.

/// A problem for which the store keeps no alerts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreProblem {
    /// No room on the disk.
    DiskFull,
    /// A disk or file that can only be read.
    ReadOnly,
    /// Another error of the system, in its words.
    Io(String),
    /// A disk that answers too late.
    Slow,
    /// Another program that holds a lock on the database.
    Locked,
    /// A file that is no longer at its path.
    Missing,
    /// A path at which another file stands.
    Replaced,
    /// A file that was cut short.
    Truncated,
    /// A file that was overwritten.
    Overwritten,
}

impl StoreProblem {
    /// The problem in Chinese, without the full stop.
    pub(crate) fn in_chinese(&self) -> String {
        let text = match self {
            Self::DiskFull => "存储所在磁盘已满",
            Self::ReadOnly => "存储只能读取",
            Self::Io(words) => return format!("写入存储失败：{words}"),
            Self::Slow => "存储所在磁盘长时间没有响应",
            Self::Locked => "存储被其他程序锁定",
            Self::Missing => "存储文件已不在原处",
            Self::Replaced => "存储文件的位置上是另一个文件",
            Self::Truncated => "存储文件被截断",
            Self::Overwritten => "存储文件被其他程序覆盖",
        };
        text.to_owned()
    }
}
