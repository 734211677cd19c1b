use super::*;

/// A file with these bytes, and what reading it gives.
fn read(bytes: &[u8]) -> Result<String, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    fs::write(&path, bytes).unwrap();
    read_text_file(&path, 64, Pipes::Refused).map_err(|err| err.to_string())
}

#[test]
fn a_byte_order_mark_is_no_part_of_a_text() {
    assert_eq!(read(b"\xef\xbb\xbfgoodkey\r\n").unwrap(), "goodkey\r\n");
    assert_eq!(read("密钥".as_bytes()).unwrap(), "密钥");
}

#[test]
fn another_encoding_is_named() {
    assert!(read(b"\xff\xfet\0o\0k\0").unwrap_err().contains("UTF-16"));
    assert!(read(b"\xfe\xff\0t\0o").unwrap_err().contains("UTF-16"));
    // "name: 中文" in GBK.
    let err = read(b"a: b\nname: \xd6\xd0\xce\xc4").unwrap_err();
    assert!(err.contains("GBK") && err.ends_with("line 2, column 7"), "{err}");
    let err = read(b"a\x80").unwrap_err();
    assert!(err.contains("not in UTF-8") && err.contains("line 1, column 2"), "{err}");
}

#[test]
fn what_is_no_file_or_no_end_is_not_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let err = |path: &Path| read_text_file(path, 64, Pipes::Refused).unwrap_err().to_string();
    assert_eq!(err(folder.path()), "it is a folder, not a file");
    assert_eq!(err(Path::new("/dev/zero")), "it is a device, not a file");
    let pipe = folder.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    assert_eq!(err(&pipe), "it is a pipe, not a file");
    assert!(err(&folder.path().join("missing")).starts_with("No such file"));
    assert_eq!(read(&[b'x'; 65]).unwrap_err(), "it has more than 0 KiB");
    assert_eq!(read(&[b'x'; 64]).unwrap().len(), 64);
}
