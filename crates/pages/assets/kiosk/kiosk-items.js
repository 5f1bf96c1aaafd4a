// What a consent covers (workflow.md section 4), in plain words: its name, and what is in it.

export const ITEMS = {
  limit_certificate: {
    ja: ["限度額情報", "医療費の自己負担の上限"], en: ["Limit of co-payment", "The most that you pay yourself"],
    zh: ["限额信息", "医疗费自付上限"], ko: ["한도액 정보", "본인 부담 의료비의 상한"],
  },
  specific_diseases: {
    ja: ["特定疾病情報", "長く高額な治療が要る病気の受療証"], en: ["Specific diseases", "Certificate for long, costly treatment"],
    zh: ["特定疾病信息", "需长期高额治疗的疾病证明"], ko: ["특정 질병 정보", "장기간 고액 치료가 필요한 질병의 증명"],
  },
  health_checkups: {
    ja: ["特定健診情報", "健康診断の結果"], en: ["Health check-ups", "Results of your check-ups"],
    zh: ["体检信息", "健康检查结果"], ko: ["건강검진 정보", "건강검진 결과"],
  },
  medicines: {
    ja: ["薬剤情報", "これまでに出された薬"], en: ["Medicines", "Medicines that you were given"],
    zh: ["药剂信息", "至今开过的药"], ko: ["약제 정보", "지금까지 처방된 약"],
  },
  diagnosis: {
    ja: ["診療情報", "受診した医療機関と診療の記録"], en: ["Treatment", "Where and how you were treated"],
    zh: ["诊疗信息", "就诊机构与诊疗记录"], ko: ["진료 정보", "진료받은 기관과 기록"],
  },
  operations: {
    ja: ["手術情報", "これまでに受けた手術"], en: ["Operations", "Operations that you had"],
    zh: ["手术信息", "至今接受的手术"], ko: ["수술 정보", "지금까지 받은 수술"],
  },
  diagnosis_names: {
    ja: ["傷病名", "診断された病気の名前"], en: ["Diagnoses", "Names of your illnesses"],
    zh: ["病名", "诊断的疾病名称"], ko: ["상병명", "진단받은 병의 이름"],
  },
  infections: {
    ja: ["感染症", "感染症の検査と診断"], en: ["Infections", "Tests and diagnoses of infections"],
    zh: ["感染症", "感染症的检查与诊断"], ko: ["감염증", "감염증 검사와 진단"],
  },
  drug_allergies: {
    ja: ["薬剤アレルギー等", "薬で起きたアレルギー"], en: ["Drug allergies", "Allergies to medicines"],
    zh: ["药物过敏等", "药物引起的过敏"], ko: ["약물 알레르기 등", "약으로 생긴 알레르기"],
  },
  other_allergies: {
    ja: ["その他アレルギー等", "食べ物などのアレルギー"], en: ["Other allergies", "Allergies to food and other things"],
    zh: ["其他过敏等", "食物等引起的过敏"], ko: ["그 밖의 알레르기 등", "음식 등의 알레르기"],
  },
  tests: {
    ja: ["検査", "血液などの検査の結果"], en: ["Tests", "Results of blood and other tests"],
    zh: ["检查", "血液等检查结果"], ko: ["검사", "혈액 등의 검사 결과"],
  },
  prescriptions: {
    ja: ["処方", "処方箋の内容"], en: ["Prescriptions", "What was prescribed"],
    zh: ["处方", "处方内容"], ko: ["처방", "처방전의 내용"],
  },
  // Choices that a centre bundles with others; alone they have a question of their own in the words.
  medical_assistance: {
    ja: ["医療扶助の券を使うこと", "医療券・調剤券"], en: ["Use of a medical assistance ticket", "In place of the paper ticket"],
    zh: ["使用医疗扶助券", "医疗券、配药券"], ko: ["의료부조 권의 사용", "의료권·조제권"],
  },
  subsidy_certificates: {
    ja: ["公費の受給者証などを使うこと", "医療費の助成"], en: ["Use of subsidy certificates", "Help with medical costs"],
    zh: ["使用公费受给者证", "医疗费补助"], ko: ["의료비 수급자증 등의 사용", "의료비 지원"],
  },
  electronic_prescription: {
    ja: ["電子処方箋で受け取ること", "紙の代わりに"], en: ["An electronic prescription", "In place of paper"],
    zh: ["领取电子处方", "代替纸质处方"], ko: ["전자 처방전으로 받기", "종이 대신"],
  },
  carry_over: {
    ja: ["前回と同じ回答にすること", "同意の引き継ぎ"], en: ["The same answers as last time", "Carried over"],
    zh: ["与上次回答相同", "沿用上次的同意"], ko: ["지난번과 같은 답변", "동의의 이어받기"],
  },
  registration: {
    ja: ["健康保険証としての登録", "このカードを保険証として使う"], en: ["Registration as health insurance card", "This card serves as your insurance card"],
    zh: ["登记为健康保险证", "将此卡作为保险证使用"], ko: ["건강보험증으로 등록", "이 카드를 보험증으로 사용"],
  },
};
