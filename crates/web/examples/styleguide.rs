//! Serves the style guide alone, to look at it: `cargo run -p web --example styleguide`, then
//! <http://127.0.0.1:4180/styleguide>.

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let app = axum::Router::new()
        .merge(web::assets::router())
        .merge(web::styleguide::router())
        .layer(axum::middleware::map_response(policy));
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:4180".to_owned());
    let listener = tokio::net::TcpListener::bind(address).await?;
    axum::serve(listener, app).await?;
    Ok(())
}

/// The content policy of the real program, so that nothing looks better here than there.
async fn policy(mut answer: axum::response::Response) -> axum::response::Response {
    let policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
                  connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
    answer.headers_mut().insert(
        axum::http::header::CONTENT_SECURITY_POLICY,
        axum::http::HeaderValue::from_static(policy),
    );
    answer
}
