//! What customers add to their case behind its link: it is theirs, whoever they are to us.

use crate::world::{House, sql};
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use testkit::on_both;
use tower::ServiceExt;

impl House {
    /// Adds words to the case behind its link, as the form does.
    async fn adds(&self, words: &str) -> (StatusCode, String) {
        let body = format!(
            "--b\r\nContent-Disposition: form-data; name=\"words\"\r\n\r\n{words}\r\n--b--\r\n"
        );
        let request = Request::post(format!("/c/{}/files", self.link))
            .header(header::HOST, "127.0.0.1:8080")
            .header(header::ORIGIN, "http://127.0.0.1:8080")
            .header("sec-fetch-site", "same-origin")
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=b")
            .body(Body::from(body))
            .unwrap();
        let answer = self.app.clone().oneshot(request).await.unwrap();
        let status = answer.status();
        let body = to_bytes(answer.into_body(), 1_000_000).await.unwrap();
        (status, String::from_utf8_lossy(&body).into_owned())
    }
}

#[test]
fn a_customer_without_any_address_adds_to_their_case_and_stays_one_customer() {
    on_both(async |world| {
        let house = House::furnish(world).await;
        let ctx = &house.world.ctx;
        sql(ctx, "DELETE FROM identity WHERE value = 'amara@example.org'", &[]).await;
        let customers = "SELECT CAST(COUNT(*) AS TEXT) FROM customer";
        let before = house.text(customers).await;
        let (status, told) = house.adds("Here is the second bill.").await;
        assert_eq!(status, StatusCode::SEE_OTHER, "{told}");
        house.work().await;
        assert_eq!(house.text(customers).await, before);
        let heard = "SELECT author || ': ' || text FROM message WHERE direction = 'in' ORDER BY n DESC LIMIT 1";
        assert_eq!(house.text(heard).await, "Amara Okafor: Here is the second bill.");
    });
}
