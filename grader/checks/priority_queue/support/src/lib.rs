//! Depends on what the exercise `priority_queue` offers besides std. Its checks need no code of their own here.
