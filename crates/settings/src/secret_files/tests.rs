use super::*;
use crate::testing::tree;

#[test]
fn every_file_of_a_secret_is_named_once() {
    let text = "a: { token: { file: b }, keys: [{ file: /etc/c }, { env: X }] }\nd: { file: b }\ne: { file: f, g: h }";
    let files = secret_files(&tree(text), Path::new("/conf"));
    assert_eq!(files, [Path::new("/conf/b"), Path::new("/etc/c")]);
}
