//! What is generated from the definitions of the flags: completions, manual, help.

use crate::harness::Dir;

const COMMANDS: [&str; 8] = [
    "index",
    "search",
    "show",
    "serve",
    "status",
    "doctor",
    "completions",
    "man",
];

#[test]
fn completions_for_each_shell_know_each_command() {
    let dir = Dir::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let run = dir.run(["completions", shell]).ok();
        for command in COMMANDS {
            assert!(run.stdout.contains(command), "{command} in {shell}");
        }
        assert!(run.stdout.contains("skip-invalid"), "{shell}");
    }
    dir.run(["completions", "cmd.exe"]).ended(2);
}

#[test]
fn the_manual_has_a_page_for_each_command() {
    let dir = Dir::new();
    let overview = dir.run(["man"]).ok().printed(".TH needledrop 1");
    for command in COMMANDS {
        assert!(
            overview.stdout.contains(&format!(
                "\n{}(1)",
                format!("needledrop-{command}").replace('-', "\\-")
            )),
            "{command}\n{overview}"
        );
        dir.run(["man", command])
            .ok()
            .printed(&format!(".TH needledrop-{command} 1"));
    }
    dir.run(["man", "cook"])
        .ended(2)
        .said("there is no command \"cook\"");
}

/// The contract: other programs rely on these flags.
#[test]
fn every_flag_of_the_contract_is_there() {
    let dir = Dir::new();
    let flags = [
        (
            "index",
            "--index --rebuild --check --skip-invalid --map --memory --threads --format --watch --wait --color",
        ),
        (
            "search",
            "--index -n --offset -F --all --sort --facet --format --queries --run-tag --threads --full --explain --count --color",
        ),
        ("show", "--index --format"),
        (
            "serve",
            "--addr --index --watch --map --allow-remote --allow-host --token-file --threads",
        ),
        ("status", "--index --format"),
        ("doctor", "--index --format"),
    ];
    for (command, flags) in flags {
        let help = dir.run([command, "--help"]).ok();
        for flag in flags.split(' ') {
            let listed = help
                .stdout
                .lines()
                .any(|line| line.trim_start().split([' ', ',']).any(|word| word == flag));
            assert!(listed, "{flag}\n{help}");
        }
    }
}
