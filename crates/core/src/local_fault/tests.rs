use super::*;

fn look_up(words: &str) -> String {
    format!("failed to lookup address information: {words}")
}

#[test]
fn a_machine_out_of_resources_is_to_blame_itself() {
    // EMFILE, ENFILE, ENOMEM, ENOBUFS, EADDRNOTAVAIL.
    for number in [24, 23, 12, 105, 99] {
        assert!(is_local_fault(&io::Error::from_raw_os_error(number)), "{number}");
        assert!(is_local_look_up_fault(&io::Error::from_raw_os_error(number).to_string()), "{number}");
    }
    // ECONNREFUSED, ECONNRESET, ETIMEDOUT, EHOSTUNREACH, ENETUNREACH: whoever is on the other side, or the way there.
    for number in [111, 104, 110, 113, 101] {
        assert!(!is_local_fault(&io::Error::from_raw_os_error(number)), "{number}");
    }
    assert!(!is_local_fault(&io::Error::other("Too many open files, says the server")));
}

#[test]
fn a_name_server_that_does_not_answer_says_nothing_about_a_name() {
    // The words of glibc and musl.
    for words in [
        "Temporary failure in name resolution",
        "Non-recoverable failure in name resolution",
        "Try again",
        "System error",
    ] {
        assert!(is_local_look_up_fault(&look_up(words)), "{words}");
    }
    for words in ["Name or service not known", "No address associated with hostname", "Name does not resolve"]
    {
        assert!(!is_local_look_up_fault(&look_up(words)), "{words}");
    }
}
