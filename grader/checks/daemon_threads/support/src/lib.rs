//! Depends on what the exercise `daemon_threads` offers besides std. Its checks need no code of their own here.
