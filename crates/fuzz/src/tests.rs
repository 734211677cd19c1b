use std::collections::BTreeSet;
use std::fs;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};

use crate::{FuzzTarget, Mutations};

/// The mutations of a target: some seconds, without optimisation.
const MUTATIONS: usize = 2_000;

/// The mutations of configs, each of which takes longer.
const FEW_MUTATIONS: usize = 300;

fn seeds_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds")
}

fn seeds(target: &str) -> Vec<Vec<u8>> {
    let mut files: Vec<PathBuf> =
        fs::read_dir(seeds_folder().join(target)).unwrap().map(|it| it.unwrap().path()).collect();
    files.sort();
    files.iter().map(|it| fs::read(it).unwrap()).collect()
}

/// The panic of a property shows the bytes that it does not hold of.
fn check(target: FuzzTarget, bytes: &[u8]) {
    let held = catch_unwind(|| (target.check)(bytes));
    assert!(held.is_ok(), "{}: {:?}", target.name, String::from_utf8_lossy(bytes));
}

#[test]
fn every_target_has_seeds_and_a_binary_and_nothing_else_has() {
    let names: BTreeSet<String> = FuzzTarget::ALL.iter().map(|it| it.name.to_owned()).collect();
    let folder = |path: PathBuf| -> BTreeSet<String> {
        let files = fs::read_dir(path).unwrap();
        files.map(|it| it.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned()).collect()
    };
    assert_eq!(folder(seeds_folder()), names);
    assert_eq!(folder(seeds_folder().join("../../../fuzz/fuzz_targets")), names);
}

/// A seed that its reader turns away at the door would show the fuzzer nothing.
#[test]
fn the_mappings_among_the_seeds_are_sound() {
    for seed in seeds("mappings") {
        let text = String::from_utf8(seed).unwrap();
        let mapping = text.split_once("\n---\n").unwrap().0;
        assert!(serde_yaml::from_str::<fanfare_sources::Mapping>(mapping).is_ok(), "{mapping}");
    }
}

#[test]
fn the_properties_hold_of_every_seed() {
    for target in FuzzTarget::ALL {
        seeds(target.name).iter().for_each(|bytes| check(target, bytes));
    }
}

#[track_caller]
fn check_mutations(target: &str, number: usize) {
    let target = FuzzTarget::ALL.into_iter().find(|it| it.name == target).unwrap();
    let mutations = Mutations::new(seeds(target.name), 0);
    mutations.take(number).for_each(|bytes| check(target, &bytes));
}

#[test]
fn the_properties_of_formats_hold_of_mutations() {
    check_mutations("formats", MUTATIONS);
}

#[test]
fn the_properties_of_mappings_hold_of_mutations() {
    check_mutations("mappings", MUTATIONS);
}

#[test]
fn the_properties_of_configs_hold_of_mutations() {
    check_mutations("configs", FEW_MUTATIONS);
}

#[test]
fn the_properties_of_names_hold_of_mutations() {
    check_mutations("names", MUTATIONS);
}

#[test]
fn the_properties_of_contents_hold_of_mutations() {
    check_mutations("contents", MUTATIONS);
}

#[test]
fn the_properties_of_mails_hold_of_mutations() {
    check_mutations("mails", MUTATIONS);
}
