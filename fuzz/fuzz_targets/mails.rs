#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fanfare_fuzz::FuzzTarget::check_by_name("mails", bytes));
