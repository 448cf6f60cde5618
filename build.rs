//! Tells the program which target it is built for, which Cargo tells only build scripts.

fn main() {
    let target = std::env::var("TARGET").unwrap_or_default();
    println!("cargo::rustc-env=HYDRA_GITOPS_TARGET={target}");
    println!("cargo::rerun-if-changed=build.rs");
}
