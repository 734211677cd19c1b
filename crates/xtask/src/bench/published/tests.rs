use super::*;

/// 135 µs, as the table of figures has it; the table of parts leaves out less than one percent.
#[test]
fn the_parts_add_up_to_the_whole() {
    let micros: u32 = CPU_SHARES.iter().map(|it| it.micros).sum();
    let percent: u32 = CPU_SHARES.iter().map(|it| it.percent).sum();
    assert_eq!((micros, percent), (135, 100));
    assert_eq!(Published::from_figure(Figure::Cpu).fanfare, "135");
}
