//! What an await waits for, read off the source.

use quote::{ToTokens, quote, quote_spanned};
use syn::{Expr, ExprCall, ExprMethodCall, parse_quote_spanned};

use crate::{first, place};

/// Where an await is.
#[derive(Clone, Copy)]
pub enum Where {
    /// By itself: this is the line that the function is at.
    Own,
    /// Beside others, as in a `select!`: the function is at all of them.
    Shared,
}

/// An expression that is about to be awaited, wrapped so that it says what it
/// waits for.
pub fn awaited(base: &Expr, at: Where) -> Expr {
    let (span, place) = (first(base), place(base));
    let here = match at {
        Where::Own => quote_spanned! {span=>
            ::asyncade::stage::traced::at(#place);
        },
        Where::Shared => quote!(),
    };
    if let Some((timeout, limit, inner)) = limited(base) {
        let inner = awaited(inner, Where::Shared);
        return parse_quote_spanned! {span=>
            match #limit {
                limit => {
                    #here
                    ::asyncade::stage::traced::limited(
                        #timeout(limit, #inner),
                        limit,
                        #place,
                    )
                }
            }
        };
    }
    if speaks_for_itself(base) {
        return parse_quote_spanned! {span=>
            match #base {
                future => {
                    #here
                    future
                }
            }
        };
    }
    let says = says(base);
    let base = match shutdown(base).or_else(|| share(base)) {
        Some(shutdown) => quote_spanned!(span=> { #shutdown #base }),
        None => base.to_token_stream(),
    };
    parse_quote_spanned! {span=>
        match #base {
            future => {
                #[allow(unused_imports)]
                use ::asyncade::stage::traced::{Known as _, Unknown as _};
                #here
                let wanting = (&::asyncade::stage::traced::Probe(&future))
                    .wanting(#says);
                ::asyncade::stage::traced::awaited(future, wanting, #place)
            }
        }
    }
}

/// `timeout(limit, future)`: a limit, beside what waits inside.
fn limited(base: &Expr) -> Option<(&Expr, &Expr, &Expr)> {
    let Expr::Call(ExprCall { func, args, .. }) = base else {
        return None;
    };
    let is_timeout = last_name(func).is_some_and(|name| name == "timeout");
    let mut args = args.iter();
    match (is_timeout, args.next(), args.next(), args.next()) {
        (true, Some(limit), Some(inner), None) => Some((func, limit, inner)),
        _ => None,
    }
}

/// Whether it is one of the stage's own, which shows its wait by itself.
fn speaks_for_itself(base: &Expr) -> bool {
    match base {
        Expr::Call(call) => match &*call.func {
            Expr::Path(path) if path.path.segments.len() == 1 => {
                let own = ["sleep", "to_thread", "waiting"];
                let name = &path.path.segments[0].ident;
                own.iter().any(|own| name == own)
            }
            _ => false,
        },
        Expr::MethodCall(call) => {
            call.method == "lane" || call.method == "try_lane"
        }
        _ => false,
    }
}

/// The stage's word for what an expression waits for.
fn says(base: &Expr) -> proc_macro2::TokenStream {
    let path = quote!(::asyncade::stage::traced::Await);
    let text = text(base);
    let Expr::MethodCall(ExprMethodCall {
        receiver, method, ..
    }) = base
    else {
        let is_yield = matches!(
            base,
            Expr::Call(call)
                if last_name(&call.func).is_some_and(|name| name == "yield_now")
        );
        return if is_yield {
            quote!(#path::Yield)
        } else {
            quote!(#path::Other(&#text))
        };
    };
    let owner = owner(receiver);
    match method.to_string().as_str() {
        "join_next" | "join_next_with_id" | "join_all" | "shutdown" => {
            quote!(#path::Set)
        }
        "acquire" | "acquire_owned" | "acquire_many" | "acquire_many_owned"
        | "lock" | "lock_owned" | "read" | "write" => {
            quote!(#path::Acquire(&#owner))
        }
        "recv" | "changed" => quote!(#path::Recv(&#owner)),
        "send" | "reserve" => quote!(#path::Send(&#owner)),
        _ => quote!(#path::Other(&#text)),
    }
}

/// `set.shutdown()`: also cancels what is in the set.
fn shutdown(base: &Expr) -> Option<proc_macro2::TokenStream> {
    match base {
        Expr::MethodCall(call) if call.method == "shutdown" => {
            Some(abort(call))
        }
        _ => None,
    }
}

/// `semaphore.acquire()`: how much there is of it is worth watching from here
/// on.
fn share(base: &Expr) -> Option<proc_macro2::TokenStream> {
    let Expr::MethodCall(call) = base else {
        return None;
    };
    let name = call.method.to_string();
    let owner = owned(&call.receiver);
    if !name.starts_with("acquire") || !matches!(owner, Expr::Path(_)) {
        return None;
    }
    let what = text(owner);
    Some(quote_spanned! {first(call)=>
        {
            #[allow(unused_imports)]
            use ::asyncade::stage::traced::{Known as _, Unknown as _};
            (&::asyncade::stage::traced::Probe(&#owner)).share(&#what);
        }
    })
}

/// Whether a call cancels something: of a plain name, so that it can be spoken
/// of twice.
pub fn cancels(call: &ExprMethodCall) -> bool {
    let is_name = matches!(&*call.receiver, Expr::Path(_));
    let cancels = ["abort", "abort_all", "cancel"];
    let name = &call.method;
    is_name && call.args.is_empty() && cancels.iter().any(|own| name == own)
}

/// A call that cancels something, with a word about it before.
pub fn cancelling(call: &ExprMethodCall) -> Expr {
    let span = first(call);
    if call.method == "cancel" {
        return parse_quote_spanned! {span=>
            ::asyncade::stage::traced::cancelling(|| #call)
        };
    }
    let abort = abort(call);
    parse_quote_spanned!(span=> { #abort #call })
}

fn abort(call: &ExprMethodCall) -> proc_macro2::TokenStream {
    let receiver = &call.receiver;
    if !matches!(&**receiver, Expr::Path(_)) {
        return quote!();
    }
    quote_spanned! {first(call)=>
        {
            #[allow(unused_imports)]
            use ::asyncade::stage::traced::{Known as _, Unknown as _};
            (&::asyncade::stage::traced::Probe(&#receiver)).abort();
        }
    }
}

/// The last name of a path: what a call is called, wherever it comes from.
fn last_name(function: &Expr) -> Option<String> {
    match function {
        Expr::Path(path) => {
            path.path.segments.last().map(|name| name.ident.to_string())
        }
        _ => None,
    }
}

/// Whose method is called, in a word: `permits` also for
/// `Arc::clone(&permits)` and `permits.clone()`.
fn owner(receiver: &Expr) -> String {
    text(owned(receiver))
}

/// What a receiver is a clone of, or itself.
fn owned(receiver: &Expr) -> &Expr {
    match receiver {
        Expr::MethodCall(call) if call.method == "clone" => {
            owned(&call.receiver)
        }
        Expr::Call(call)
            if call.args.len() == 1
                && last_name(&call.func)
                    .is_some_and(|name| name == "clone") =>
        {
            owned(&call.args[0])
        }
        Expr::Reference(reference) => owned(&reference.expr),
        Expr::Paren(inner) => owned(&inner.expr),
        other => other,
    }
}

/// An expression as it was written, more or less: without the spaces that
/// tokens have between them.
fn text(expression: &Expr) -> String {
    let text = expression.to_token_stream().to_string();
    let mut short = text
        .replace(" . ", ".")
        .replace(" :: ", "::")
        .replace(" (", "(")
        .replace("( ", "(")
        .replace(" )", ")")
        .replace(" ,", ",")
        .replace("& ", "&");
    if let Some((end, _)) = short.char_indices().nth(60) {
        short.truncate(end);
        short.push_str("...");
    }
    short
}
