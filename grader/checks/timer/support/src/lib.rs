//! Depends on what the exercise `timer` offers besides std. Its checks need no code of their own here.
