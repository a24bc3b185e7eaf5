//! What a program learns about its surroundings: the same in every execution and on every machine.

use model_std::process;
use model_std_suite::returns;

#[test]
fn the_process_id_is_that_of_no_process() {
    assert_eq!(process::id(), std::process::id(), "outside an execution");
    returns(process::id, [4_194_305]);
}
