//! Metrics of the build and of the process, by the names that Prometheus' own clients use.

use std::fmt;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric as _};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;
use tracing_appender::non_blocking::ErrorCounter;

/// Registers the version of the build, the lines that the log has lost, and the process's use of the machine where
/// the system tells it.
pub(crate) fn register(registry: &mut Registry, lost_lines: ErrorCounter) {
    let build = Info::new(vec![("version", env!("CARGO_PKG_VERSION"))]);
    registry.register("fanfare_build", "The version of the gateway", build);
    registry.register_collector(Box::new(LostLines(lost_lines)));
    #[cfg(target_os = "linux")]
    registry.register_collector(Box::new(linux::ProcessCollector));
}

/// The number of lines that the log has lost.
#[derive(Debug)]
struct LostLines(ErrorCounter);

impl Collector for LostLines {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let help = "Lines of the log that were left out, because its reader was too slow";
        let lost = u64::try_from(self.0.dropped_lines()).unwrap_or(u64::MAX);
        let name = "fanfare_log_lines_lost";
        ConstCounter::new(lost).encode(encoder.encode_descriptor(name, help, None, MetricType::Counter)?)
    }
}

#[cfg(target_os = "linux")]
mod linux {
    use std::fmt;

    use procfs::process::{LimitValue, Process};
    use prometheus_client::collector::Collector;
    use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric as _};
    use prometheus_client::metrics::MetricType;
    use prometheus_client::metrics::counter::ConstCounter;
    use prometheus_client::metrics::gauge::ConstGauge;
    use prometheus_client::registry::Unit;

    /// The metrics of the process, read from `/proc` at each scrape.
    #[derive(Debug)]
    pub(super) struct ProcessCollector;

    /// The numbers of one scrape.
    struct ProcessUsage {
        cpu_seconds: f64,
        start_time_seconds: f64,
        resident_bytes: u64,
        virtual_bytes: u64,
        open_fds: usize,
        /// The limit; `None` if there is none.
        max_fds: Option<u64>,
    }

    impl ProcessUsage {
        fn read() -> procfs::ProcResult<Self> {
            let process = Process::myself()?;
            let (stat, ticks) = (process.stat()?, procfs::ticks_per_second());
            let seconds = |count: u64| count as f64 / ticks as f64;
            let booted_at = procfs::boot_time_secs()? as f64;
            Ok(Self {
                cpu_seconds: seconds(stat.utime + stat.stime),
                start_time_seconds: booted_at + seconds(stat.starttime),
                resident_bytes: stat.rss * procfs::page_size(),
                virtual_bytes: stat.vsize,
                open_fds: process.fd_count()?,
                max_fds: match process.limits()?.max_open_files.soft_limit {
                    LimitValue::Unlimited => None,
                    LimitValue::Value(limit) => Some(limit),
                },
            })
        }
    }

    impl Collector for ProcessCollector {
        fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
            // A system without `/proc` has no such metrics; the others are worth as much.
            let Ok(usage) = ProcessUsage::read() else { return Ok(()) };
            let cpu = "Processor time that the process has used";
            let counter = ConstCounter::new(usage.cpu_seconds);
            counter.encode(encoder.encode_descriptor(
                "process_cpu",
                cpu,
                Some(&Unit::Seconds),
                MetricType::Counter,
            )?)?;
            let start = "Time at which the process was started";
            let gauge = ConstGauge::new(usage.start_time_seconds);
            let time = encoder.encode_descriptor(
                "process_start_time",
                start,
                Some(&Unit::Seconds),
                MetricType::Gauge,
            )?;
            gauge.encode(time)?;
            let mut gauge = |name: &str, help: &str, unit: Option<&Unit>, value: u64| {
                let value = ConstGauge::new(i64::try_from(value).unwrap_or(i64::MAX));
                value.encode(encoder.encode_descriptor(name, help, unit, MetricType::Gauge)?)
            };
            let bytes = Some(&Unit::Bytes);
            gauge(
                "process_resident_memory",
                "Memory of the process that is in RAM",
                bytes,
                usage.resident_bytes,
            )?;
            gauge("process_virtual_memory", "Address space of the process", bytes, usage.virtual_bytes)?;
            let open = u64::try_from(usage.open_fds).unwrap_or(u64::MAX);
            gauge("process_open_fds", "Open file descriptors", None, open)?;
            usage.max_fds.map_or(Ok(()), |max| {
                gauge("process_max_fds", "Most file descriptors that may be open", None, max)
            })
        }
    }
}
