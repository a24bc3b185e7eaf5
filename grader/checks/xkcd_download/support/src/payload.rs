//! The body of a reply, whole or cut off.

use std::error::Error;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::Response;
use hyper::body::{Body, Frame, SizeHint};
use hyper::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};

/// Bytes that are sent in one piece, and may be fewer than announced.
#[derive(Debug)]
pub(crate) struct Payload {
    bytes: Option<Bytes>,
    /// How many bytes are announced.
    length: usize,
    end: BodyEnd,
}

#[derive(Debug)]
enum BodyEnd {
    Complete,
    /// Cut off after the bytes have been sent.
    CutOffLater,
    CutOffNow,
}

/// The connection ends before the body does.
#[derive(Debug)]
pub(crate) struct CutOff;

impl Payload {
    pub(crate) fn whole(bytes: Bytes) -> Payload {
        Payload {
            length: bytes.len(),
            bytes: Some(bytes),
            end: BodyEnd::Complete,
        }
    }

    /// The first half.
    pub(crate) fn cut_off(bytes: Bytes) -> Payload {
        Payload {
            length: bytes.len(),
            bytes: Some(bytes.slice(..bytes.len() / 2)),
            end: BodyEnd::CutOffLater,
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
            BodyEnd::Complete => Poll::Ready(None),
            BodyEnd::CutOffLater => {
                // The server sends what it has while the body is pending.
                self.end = BodyEnd::CutOffNow;
                ctx.waker().wake_by_ref();
                Poll::Pending
            }
            BodyEnd::CutOffNow => Poll::Ready(Some(Err(CutOff))),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.bytes.is_none() && matches!(self.end, BodyEnd::Complete)
    }

    fn size_hint(&self) -> SizeHint {
        match (&self.bytes, &self.end) {
            (Some(bytes), BodyEnd::Complete) => SizeHint::with_exact(bytes.len() as u64),
            (None, BodyEnd::Complete) => SizeHint::with_exact(0),
            (_, BodyEnd::CutOffLater | BodyEnd::CutOffNow) => SizeHint::default(),
        }
    }
}

impl fmt::Display for CutOff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the body is cut off")
    }
}

impl Error for CutOff {}
