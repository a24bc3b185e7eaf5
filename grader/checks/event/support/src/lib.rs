//! Depends on what the exercise `event` offers besides std. Its checks need no code of their own here.
