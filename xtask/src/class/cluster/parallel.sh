#!/bin/bash
# Grades a class in {parts} parts with GNU parallel, on this machine and on others. Each machine needs the course, the
# submissions, the folder of the marks and the Rust toolchain under the same paths as here. To run it, and make the marks
# when all parts are done:
#
#   bash FILE :,host1,host2; {merge}
#
# `:` is this machine. A part uses all cores of its machine, so one runs at a time on each.

seq {parts} | parallel --sshlogin "${1:-:}" --jobs 1 --retries 4 {command}
