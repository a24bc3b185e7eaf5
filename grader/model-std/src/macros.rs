//! The macros of `std` that print or declare thread-local keys, for the modelled streams and threads.
//!
//! They accept the same input as the macros of `std` and expand to the same shape. A printing macro is a block, so that
//! the temporaries in its arguments, such as a guard, are dropped at its end. A program cannot refer to a name that an
//! expansion introduces.

/// As `std::print!`.
#[macro_export]
macro_rules! print {
    ($($arg:tt)*) => {{ $crate::io::_print($crate::format_args!($($arg)*)); }};
}

/// As `std::println!`.
#[macro_export]
macro_rules! println {
    () => { $crate::print!("\n") };
    ($($arg:tt)*) => {{ $crate::io::_print_line($crate::format_args!($($arg)*)); }};
}

/// As `std::eprint!`.
#[macro_export]
macro_rules! eprint {
    ($($arg:tt)*) => {{ $crate::io::_eprint($crate::format_args!($($arg)*)); }};
}

/// As `std::eprintln!`.
#[macro_export]
macro_rules! eprintln {
    () => { $crate::eprint!("\n") };
    ($($arg:tt)*) => {{ $crate::io::_eprint_line($crate::format_args!($($arg)*)); }};
}

/// As `std::dbg!`.
#[macro_export]
macro_rules! dbg {
    () => { $crate::eprintln!("[{}:{}:{}]", $crate::file!(), $crate::line!(), $crate::column!()) };
    ($value:expr $(,)?) => {
        // A `match`, so that the temporaries in the value live as long as in `std`.
        match $value {
            value => {
                $crate::eprintln!(
                    "[{}:{}:{}] {} = {:#?}",
                    $crate::file!(),
                    $crate::line!(),
                    $crate::column!(),
                    $crate::stringify!($value),
                    &&value as &dyn $crate::fmt::Debug,
                );
                value
            }
        }
    };
    ($($value:expr),+ $(,)?) => { ($($crate::dbg!($value)),+,) };
}

/// As `std::thread_local!`.
#[macro_export]
macro_rules! thread_local {
    () => {};
    ($(#[$attribute:meta])* $vis:vis static $name:ident: $type:ty = const $init:block $(; $($rest:tt)*)?) => {
        $(#[$attribute])*
        $vis const $name: $crate::thread::LocalKey<$type> = {
            const __MODEL_STD_INIT: $type = $init;
            $crate::thread_local!(@key || __MODEL_STD_INIT)
        };
        $($crate::thread_local!($($rest)*);)?
    };
    ($(#[$attribute:meta])* $vis:vis static $name:ident: $type:ty = $init:expr $(; $($rest:tt)*)?) => {
        $(#[$attribute])*
        $vis const $name: $crate::thread::LocalKey<$type> = {
            fn __model_std_init() -> $type { $init }
            $crate::thread_local!(@key __model_std_init)
        };
        $($crate::thread_local!($($rest)*);)?
    };
    (@key $init:expr) => {{
        // The address of the marker identifies the key. It must not be zero-sized, or two keys could have the same
        // address.
        static __MODEL_STD_MARKER: u8 = 0;
        $crate::thread::LocalKey::_new(&__MODEL_STD_MARKER, $init)
    }};
}
