//! What the help and the reference say is what the program does.

mod pages;
mod reference;
