//! The body of a reply, whole or cut off.

use std::error::Error;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::Response;
use hyper::body::{Body, Frame, SizeHint};
use hyper::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};

/// Bytes that are sent in one piece, and perhaps a promise of more that is not kept.
#[derive(Debug)]
pub(crate) struct Payload {
    bytes: Option<Bytes>,
    /// How many bytes are promised.
    length: usize,
    end: End,
}

#[derive(Debug)]
enum End {
    Kept,
    /// Not before what there is has been sent.
    BrokenLater,
    BrokenNow,
}

/// The connection ends before the body does.
#[derive(Debug)]
pub(crate) struct CutOff;

impl Payload {
    pub(crate) fn whole(bytes: Bytes) -> Payload {
        Payload {
            length: bytes.len(),
            bytes: Some(bytes),
            end: End::Kept,
        }
    }

    /// The first half.
    pub(crate) fn cut_off(bytes: Bytes) -> Payload {
        Payload {
            length: bytes.len(),
            bytes: Some(bytes.slice(..bytes.len() / 2)),
            end: End::BrokenLater,
        }
    }

    pub(crate) fn into_response(self, status: u16, kind: &'static str) -> Response<Payload> {
        let length = self.length;
        let mut response = Response::new(self);
        *response.status_mut() = status.try_into().expect("the course has no other statuses");
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        headers.insert(CONTENT_LENGTH, length.into());
        response
    }
}

impl Body for Payload {
    type Data = Bytes;
    type Error = CutOff;

    fn poll_frame(mut self: Pin<&mut Self>, ctx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, CutOff>>> {
        if let Some(bytes) = self.bytes.take() {
            return Poll::Ready(Some(Ok(Frame::data(bytes))));
        }
        match self.end {
            End::Kept => Poll::Ready(None),
            End::BrokenLater => {
                // Whoever waits for a body sends what there is in the meantime.
                self.end = End::BrokenNow;
                ctx.waker().wake_by_ref();
                Poll::Pending
            }
            End::BrokenNow => Poll::Ready(Some(Err(CutOff))),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.bytes.is_none() && matches!(self.end, End::Kept)
    }

    fn size_hint(&self) -> SizeHint {
        match (&self.bytes, &self.end) {
            (Some(bytes), End::Kept) => SizeHint::with_exact(bytes.len() as u64),
            (None, End::Kept) => SizeHint::with_exact(0),
            (_, End::BrokenLater | End::BrokenNow) => SizeHint::default(),
        }
    }
}

impl fmt::Display for CutOff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the body is cut off")
    }
}

impl Error for CutOff {}
