// Generated from src/schemas by scripts/generate/gate.ts: `npm run generate`.
import { COMMON_DATE_TIME, MODEL_REFERENCE, NORMAL_URL, NO_NAME, NO_PROJECT_URN, hasFewCodePoints, hasShortSegments, isUtcDateTime } from '../fast-path/text-checks.js'

const FinetuningTypeMembers = new Set(["lora_merged","all_weights","last_layer","top_layers","gradual_unfreezing","bias_only","attention_only","lora","qlora","adalora","dora","lora_plus","prompt_tuning","prefix_tuning","p_tuning","p_tuning_v2","soft_prompt","ppo","dpo","cdpo","ipo","orpo","kto","rrhf","grpo"])
const BackendFormatMembers = new Set(["OPENAI_CHAT","ANTHROPIC_MESSAGES"])

function LinearLayerSpecList(items) {
  const length = items.length;
  for (let at = 0; at < length; at++) {
    const data = items[at];
    if (data != null) {
      if (typeof data.name != "string" || !Number.isSafeInteger(data.in_features) || !Number.isSafeInteger(data.out_features))
        return !1;
    } else
      return !1;
  }
  return !0;
}
function InferenceParamsInAnswer(data) {
  if (typeof data == "object" && data !== null && !Array.isArray(data)) {
    if (data.model !== void 0) {
      var data0 = data.model;
      if (data0 !== null && typeof data0 != "string")
        return !1;
    }
    {
      if (data.temperature !== void 0) {
        var data1 = data.temperature;
        if (data1 !== null && !(typeof data1 == "number" && data1 >= 0 && data1 <= 2 && !Object.is(data1, -0)))
          return !1;
      }
      {
        if (data.max_tokens !== void 0) {
          var data2 = data.max_tokens;
          if (data2 !== null && !(Number.isSafeInteger(data2) && data2 >= 1))
            return !1;
        }
        {
          if (data.max_completion_tokens !== void 0) {
            var data3 = data.max_completion_tokens;
            if (data3 !== null && !(Number.isSafeInteger(data3) && data3 >= 1))
              return !1;
          }
          {
            if (data.top_p !== void 0) {
              var data4 = data.top_p;
              if (data4 !== null && !(typeof data4 == "number" && data4 >= 0 && data4 <= 1 && !Object.is(data4, -0)))
                return !1;
            }
            if (data.stop !== void 0) {
              var data5 = data.stop;
              if (data5 !== null)
                if (Array.isArray(data5)) {
                  const len0 = data5.length;
                  for (let i0 = 0; i0 < len0; i0++)
                    if (typeof data5[i0] != "string")
                      return !1;
                } else
                  return !1;
            }
          }
        }
      }
    }
  } else
    return !1;
  return !0;
}
function PromptDataInAnswer(data) {
  if (typeof data == "object" && data !== null && !Array.isArray(data)) {
    if (data.system_prompt !== void 0) {
      var data0 = data.system_prompt;
      if (data0 !== null && typeof data0 != "string")
        return !1;
    }
    {
      if (data.icl_few_shot_examples !== void 0) {
        var data1 = data.icl_few_shot_examples;
        if (data1 !== null && typeof data1 != "string")
          return !1;
      }
      {
        if (data.inference_params !== void 0) {
          var data2 = data.inference_params;
          if (data2 !== null && !InferenceParamsInAnswer(data2))
            return !1;
        }
        if (data.system_prompt_template !== void 0) {
          var data3 = data.system_prompt_template;
          if (data3 !== null && typeof data3 != "string")
            return !1;
        }
      }
    }
  } else
    return !1;
  return !0;
}
function MoEConfig(data) {
  if (data != null) {
    if (!Number.isSafeInteger(data.num_experts))
      return !1;
    {
      if (!Number.isSafeInteger(data.num_experts_per_tok))
        return !1;
      {
        if (!Number.isSafeInteger(data.num_expert_layers))
          return !1;
        {
          if (data.expert_ffn_size !== void 0) {
            var data3 = data.expert_ffn_size;
            if (data3 !== null && !Number.isSafeInteger(data3))
              return !1;
          }
          if (data.num_shared_experts !== void 0 && !Number.isSafeInteger(data.num_shared_experts))
            return !1;
        }
      }
    }
  } else
    return !1;
  return !0;
}
function MambaConfig(data) {
  if (data != null) {
    if (typeof data.is_hybrid != "boolean" || !Number.isSafeInteger(data.num_mamba_layers) || data.num_attention_layers !== void 0 && !Number.isSafeInteger(data.num_attention_layers) || data.num_mlp_layers !== void 0 && !Number.isSafeInteger(data.num_mlp_layers) || data.state_size !== void 0 && !Number.isSafeInteger(data.state_size) || data.conv_kernel !== void 0 && !Number.isSafeInteger(data.conv_kernel))
      return !1;
  } else
    return !1;
  return !0;
}
function SlidingWindowConfig(data) {
  if (data != null) {
    if (!Number.isSafeInteger(data.window_size))
      return !1;
  } else
    return !1;
  return !0;
}
function LinearLayerSpec(data) {
  if (data != null) {
    if (typeof data.name != "string" || !Number.isSafeInteger(data.in_features) || !Number.isSafeInteger(data.out_features))
      return !1;
  } else
    return !1;
  return !0;
}
function ToolCallConfig(data) {
  if (typeof data == "object" && data !== null && !Array.isArray(data)) {
    if (data.tool_call_parser !== void 0) {
      var data0 = data.tool_call_parser;
      if (data0 !== null && !(typeof data0 == "string" && (data0.length <= 255 || hasFewCodePoints(data0, 255)) && data0.isWellFormed()))
        return !1;
    }
    {
      if (data.tool_call_plugin !== void 0) {
        var data1 = data.tool_call_plugin;
        if (data1 !== null && !(typeof data1 == "string" && (data1.length <= 255 || hasFewCodePoints(data1, 255)) && data1.isWellFormed()))
          return !1;
      }
      if (data.auto_tool_choice !== void 0) {
        var data2 = data.auto_tool_choice;
        if (data2 !== null && typeof data2 != "boolean")
          return !1;
      }
    }
  } else
    return !1;
  return !0;
}
function ModelSpec(data) {
  if (data != null) {
    if (data.context_size !== void 0) {
      var data0 = data.context_size;
      if (data0 !== null && !Number.isSafeInteger(data0))
        return !1;
    }
    {
      if (data.num_virtual_tokens !== void 0) {
        var data1 = data.num_virtual_tokens;
        if (data1 !== null && !Number.isSafeInteger(data1))
          return !1;
      }
      {
        if (data.is_chat !== void 0) {
          var data2 = data.is_chat;
          if (data2 !== null && typeof data2 != "boolean")
            return !1;
        }
        {
          if (data.is_embedding_model !== void 0 && typeof data.is_embedding_model != "boolean")
            return !1;
          {
            if (typeof data.checkpoint_model_name != "string")
              return !1;
            {
              if (typeof data.family != "string")
                return !1;
              {
                if (!Number.isSafeInteger(data.num_layers))
                  return !1;
                {
                  if (!Number.isSafeInteger(data.hidden_size))
                    return !1;
                  {
                    if (!Number.isSafeInteger(data.num_attention_heads))
                      return !1;
                    {
                      if (!Number.isSafeInteger(data.num_kv_heads))
                        return !1;
                      {
                        if (!Number.isSafeInteger(data.ffn_hidden_size))
                          return !1;
                        {
                          if (!Number.isSafeInteger(data.vocab_size))
                            return !1;
                          {
                            if (typeof data.tied_embeddings != "boolean")
                              return !1;
                            {
                              if (typeof data.gated_mlp != "boolean")
                                return !1;
                              {
                                if (!Number.isSafeInteger(data.base_num_parameters))
                                  return !1;
                                {
                                  if (typeof data.precision != "string")
                                    return !1;
                                  {
                                    if (data.moe_config !== void 0) {
                                      var data16 = data.moe_config;
                                      if (data16 !== null && !MoEConfig(data16))
                                        return !1;
                                    }
                                    {
                                      if (data.mamba_config !== void 0) {
                                        var data17 = data.mamba_config;
                                        if (data17 !== null && !MambaConfig(data17))
                                          return !1;
                                      }
                                      {
                                        if (data.sliding_window_config !== void 0) {
                                          var data18 = data.sliding_window_config;
                                          if (data18 !== null && !SlidingWindowConfig(data18))
                                            return !1;
                                        }
                                        {
                                          if (data.linear_layers !== void 0) {
                                            var data19 = data.linear_layers;
                                            if (data19 !== null)
                                              if (Array.isArray(data19)) {
                                                if (!LinearLayerSpecList(data19)) return !1;
                                              } else
                                                return !1;
                                          }
                                          {
                                            if (data.chat_template !== void 0) {
                                              var data21 = data.chat_template;
                                              if (data21 !== null && typeof data21 != "string")
                                                return !1;
                                            }
                                            {
                                              if (data.tool_call_config !== void 0) {
                                                var data22 = data.tool_call_config;
                                                if (data22 !== null && !ToolCallConfig(data22))
                                                  return !1;
                                              }
                                              {
                                                if (data.minimum_gpus_all_weights !== void 0) {
                                                  var data23 = data.minimum_gpus_all_weights;
                                                  if (data23 !== null && !Number.isSafeInteger(data23))
                                                    return !1;
                                                }
                                                if (data.minimum_gpus_lora !== void 0) {
                                                  var data24 = data.minimum_gpus_lora;
                                                  if (data24 !== null && !Number.isSafeInteger(data24))
                                                    return !1;
                                                }
                                              }
                                            }
                                          }
                                        }
                                      }
                                    }
                                  }
                                }
                              }
                            }
                          }
                        }
                      }
                    }
                  }
                }
              }
            }
          }
        }
      }
    }
  } else
    return !1;
  return !0;
}
function FinetuningType(data) {
  return !!FinetuningTypeMembers.has(data);
}
function APIEndpointData(data) {
  if (typeof data == "object" && data !== null && !Array.isArray(data)) {
    if (data.url !== void 0) {
      var data0 = data.url;
      if (data0 !== null && !(typeof data0 == "string" && data0.length <= 2048 && NORMAL_URL.test(data0)))
        return !1;
    }
    {
      if (data.model_id !== void 0) {
        var data1 = data.model_id;
        if (data1 !== null && typeof data1 != "string")
          return !1;
      }
      {
        if (data.api_key !== void 0) {
          var data2 = data.api_key;
          if (data2 !== null && typeof data2 != "string")
            return !1;
        }
        if (data.format !== void 0) {
          var data3 = data.format;
          if (data3 !== null && typeof data3 != "string")
            return !1;
        }
      }
    }
  } else
    return !1;
  return !0;
}
function BackendFormat(data) {
  return !!BackendFormatMembers.has(data);
}
function InferenceParams(data) {
  if (typeof data == "object" && data !== null && !Array.isArray(data)) {
    if (data.model !== void 0) {
      var data0 = data.model;
      if (data0 !== null && typeof data0 != "string")
        return !1;
    }
    {
      if (data.temperature !== void 0) {
        var data1 = data.temperature;
        if (data1 !== null && !(typeof data1 == "number" && data1 >= 0 && data1 <= 2 && !Object.is(data1, -0)))
          return !1;
      }
      {
        if (data.max_tokens !== void 0) {
          var data2 = data.max_tokens;
          if (data2 !== null && !(Number.isSafeInteger(data2) && data2 >= 1))
            return !1;
        }
        {
          if (data.max_completion_tokens !== void 0) {
            var data3 = data.max_completion_tokens;
            if (data3 !== null && !(Number.isSafeInteger(data3) && data3 >= 1))
              return !1;
          }
          {
            if (data.top_p !== void 0) {
              var data4 = data.top_p;
              if (data4 !== null && !(typeof data4 == "number" && data4 >= 0 && data4 <= 1 && !Object.is(data4, -0)))
                return !1;
            }
            {
              if (data.stop !== void 0) {
                var data5 = data.stop;
                if (data5 !== null)
                  if (Array.isArray(data5)) {
                    const len0 = data5.length;
                    for (let i0 = 0; i0 < len0; i0++)
                      if (typeof data5[i0] != "string")
                        return !1;
                  } else
                    return !1;
              }
              if (!(data.max_tokens == null || data.max_completion_tokens == null))
                return !1;
            }
          }
        }
      }
    }
  } else
    return !1;
  return !0;
}
function PromptData(data) {
  if (typeof data == "object" && data !== null && !Array.isArray(data)) {
    if (data.system_prompt !== void 0) {
      var data0 = data.system_prompt;
      if (data0 !== null && typeof data0 != "string")
        return !1;
    }
    {
      if (data.icl_few_shot_examples !== void 0) {
        var data1 = data.icl_few_shot_examples;
        if (data1 !== null && typeof data1 != "string")
          return !1;
      }
      {
        if (data.inference_params !== void 0) {
          var data2 = data.inference_params;
          if (data2 !== null && !InferenceParams(data2))
            return !1;
        }
        if (data.system_prompt_template !== void 0) {
          var data3 = data.system_prompt_template;
          if (data3 !== null && typeof data3 != "string")
            return !1;
        }
      }
    }
  } else
    return !1;
  return !0;
}
function CreateModelEntityRequest(data) {
  if (typeof data == "object" && data !== null) {
    {
      var data0 = data.name;
      if (!(typeof data0 == "string" && data0.length <= 255 && data0 !== "" && !NO_NAME.test(data0)))
        return !1;
    }
    {
      if (data.project !== void 0) {
        var data1 = data.project;
        if (data1 !== null && !(typeof data1 == "string" && data1.length <= 255 && data1 !== "" && !NO_PROJECT_URN.test(data1)))
          return !1;
      }
      {
        if (data.description !== void 0) {
          var data2 = data.description;
          if (data2 !== null && !(typeof data2 == "string" && (data2.length <= 1e3 || hasFewCodePoints(data2, 1e3)) && data2.isWellFormed()))
            return !1;
        }
        {
          if (data.spec !== void 0) {
            var data3 = data.spec;
            if (data3 !== null && !ModelSpec(data3))
              return !1;
          }
          {
            if (data.finetuning_type !== void 0) {
              var data4 = data.finetuning_type;
              if (data4 !== null && !FinetuningType(data4))
                return !1;
            }
            {
              if (data.fileset !== void 0) {
                var data5 = data.fileset;
                if (data5 !== null && typeof data5 != "string")
                  return !1;
              }
              {
                if (data.base_model !== void 0) {
                  var data6 = data.base_model;
                  if (data6 !== null && typeof data6 != "string")
                    return !1;
                }
                {
                  if (data.api_endpoint !== void 0) {
                    var data7 = data.api_endpoint;
                    if (data7 !== null && !APIEndpointData(data7))
                      return !1;
                  }
                  {
                    if (data.backend_format !== void 0) {
                      var data8 = data.backend_format;
                      if (data8 !== null && !BackendFormat(data8))
                        return !1;
                    }
                    {
                      if (data.prompt !== void 0) {
                        var data9 = data.prompt;
                        if (data9 !== null && !PromptData(data9))
                          return !1;
                      }
                      {
                        if (data.custom_fields !== void 0) {
                          var data10 = data.custom_fields;
                          if (data10 !== null && !(typeof data10 == "object" && data10 !== null && !Array.isArray(data10)))
                            return !1;
                        }
                        {
                          if (data.ownership !== void 0) {
                            var data11 = data.ownership;
                            if (data11 !== null && !(typeof data11 == "object" && data11 !== null && !Array.isArray(data11)))
                              return !1;
                          }
                          {
                            if (data.model_providers !== void 0) {
                              var data12 = data.model_providers;
                              if (data12 !== null)
                                if (Array.isArray(data12)) {
                                  const len0 = data12.length;
                                  for (let i0 = 0; i0 < len0; i0++)
                                    if (typeof data12[i0] != "string")
                                      return !1;
                                } else
                                  return !1;
                            }
                            if (data.trust_remote_code !== void 0 && typeof data.trust_remote_code != "boolean")
                              return !1;
                          }
                        }
                      }
                    }
                  }
                }
              }
            }
          }
        }
      }
    }
  } else
    return !1;
  return !0;
}
function Lora(data) {
  if (data != null) {
    if (data.alpha !== void 0) {
      var data0 = data.alpha;
      if (data0 !== null && !Number.isSafeInteger(data0))
        return !1;
    }
    if (!Number.isSafeInteger(data.rank))
      return !1;
  } else
    return !1;
  return !0;
}
function Adapter(data) {
  if (data != null) {
    {
      var data0 = data.name;
      if (!(typeof data0 == "string" && data0.length <= 255 && data0 !== "" && !NO_NAME.test(data0)))
        return !1;
    }
    {
      {
        var data1 = data.workspace;
        if (!(typeof data1 == "string" && data1.length <= 255 && data1 !== "" && !NO_NAME.test(data1)))
          return !1;
      }
      {
        if (data.description !== void 0) {
          var data2 = data.description;
          if (data2 !== null && !(typeof data2 == "string" && (data2.length <= 1e3 || hasFewCodePoints(data2, 1e3)) && data2.isWellFormed()))
            return !1;
        }
        {
          if (typeof data.fileset != "string")
            return !1;
          {
            if (!FinetuningType(data.finetuning_type))
              return !1;
            {
              if (data.enabled !== void 0 && typeof data.enabled != "boolean")
                return !1;
              {
                if (data.lora_config !== void 0) {
                  var data6 = data.lora_config;
                  if (data6 !== null && !Lora(data6))
                    return !1;
                }
                {
                  if (data.model !== void 0) {
                    var data7 = data.model;
                    if (data7 !== null && !(typeof data7 == "string" && data7.length <= 127 && MODEL_REFERENCE.test(data7) && (data7.length <= 63 || hasShortSegments(data7))))
                      return !1;
                  }
                  {
                    if (data.created_at !== void 0) {
                      var data8 = data.created_at;
                      if (!(typeof data8 == "string" && (COMMON_DATE_TIME.test(data8) || isUtcDateTime(data8))))
                        return !1;
                    }
                    if (data.updated_at !== void 0) {
                      var data9 = data.updated_at;
                      if (!(typeof data9 == "string" && (data9 === data8 || COMMON_DATE_TIME.test(data9) || isUtcDateTime(data9))))
                        return !1;
                    }
                  }
                }
              }
            }
          }
        }
      }
    }
  } else
    return !1;
  return !0;
}
function ModelEntity(data) {
  if (data != null) {
    if (typeof data.id != "string")
      return !1;
    {
      {
        var data1 = data.name;
        if (!(typeof data1 == "string" && data1.length <= 255 && data1 !== "" && !NO_NAME.test(data1)))
          return !1;
      }
      {
        {
          var data2 = data.workspace;
          if (!(typeof data2 == "string" && data2.length <= 255 && data2 !== "" && !NO_NAME.test(data2)))
            return !1;
        }
        {
          if (data.project !== void 0) {
            var data3 = data.project;
            if (data3 !== null && !(typeof data3 == "string" && (data3.length <= 255 || hasFewCodePoints(data3, 255)) && data3.isWellFormed()))
              return !1;
          }
          {
            {
              var data4 = data.created_at;
              if (!(typeof data4 == "string" && (COMMON_DATE_TIME.test(data4) || isUtcDateTime(data4))))
                return !1;
            }
            {
              {
                var data5 = data.updated_at;
                if (!(typeof data5 == "string" && (data5 === data4 || COMMON_DATE_TIME.test(data5) || isUtcDateTime(data5))))
                  return !1;
              }
              {
                if (data.description !== void 0) {
                  var data6 = data.description;
                  if (data6 !== null && !(typeof data6 == "string" && (data6.length <= 1e3 || hasFewCodePoints(data6, 1e3)) && data6.isWellFormed()))
                    return !1;
                }
                {
                  if (data.spec !== void 0) {
                    var data7 = data.spec;
                    if (data7 !== null && !ModelSpec(data7))
                      return !1;
                  }
                  {
                    if (data.finetuning_type !== void 0) {
                      var data8 = data.finetuning_type;
                      if (data8 !== null && !FinetuningType(data8))
                        return !1;
                    }
                    {
                      if (data.fileset !== void 0) {
                        var data9 = data.fileset;
                        if (data9 !== null && typeof data9 != "string")
                          return !1;
                      }
                      {
                        if (data.trust_remote_code !== void 0 && typeof data.trust_remote_code != "boolean")
                          return !1;
                        {
                          if (data.base_model !== void 0) {
                            var data11 = data.base_model;
                            if (data11 !== null && typeof data11 != "string")
                              return !1;
                          }
                          {
                            if (data.api_endpoint !== void 0) {
                              var data12 = data.api_endpoint;
                              if (data12 !== null && !APIEndpointData(data12))
                                return !1;
                            }
                            {
                              if (data.backend_format !== void 0) {
                                var data13 = data.backend_format;
                                if (data13 !== null && !BackendFormat(data13))
                                  return !1;
                              }
                              {
                                if (data.adapters !== void 0) {
                                  var data14 = data.adapters;
                                  if (data14 !== null)
                                    if (Array.isArray(data14)) {
                                      const len0 = data14.length;
                                      for (let i0 = 0; i0 < len0; i0++)
                                        if (!Adapter(data14[i0]))
                                          return !1;
                                    } else
                                      return !1;
                                }
                                {
                                  if (data.prompt !== void 0) {
                                    var data16 = data.prompt;
                                    if (data16 !== null && !PromptDataInAnswer(data16))
                                      return !1;
                                  }
                                  {
                                    if (data.custom_fields !== void 0) {
                                      var data17 = data.custom_fields;
                                      if (!(typeof data17 == "object" && data17 !== null && !Array.isArray(data17)))
                                        return !1;
                                    }
                                    {
                                      if (data.ownership !== void 0) {
                                        var data18 = data.ownership;
                                        if (data18 !== null && !(typeof data18 == "object" && data18 !== null && !Array.isArray(data18)))
                                          return !1;
                                      }
                                      if (data.model_providers !== void 0) {
                                        var data19 = data.model_providers;
                                        if (Array.isArray(data19)) {
                                          const len1 = data19.length;
                                          for (let i1 = 0; i1 < len1; i1++)
                                            if (typeof data19[i1] != "string")
                                              return !1;
                                        } else
                                          return !1;
                                      }
                                    }
                                  }
                                }
                              }
                            }
                          }
                        }
                      }
                    }
                  }
                }
              }
            }
          }
        }
      }
    }
  } else
    return !1;
  return !0;
}
function ValidationErrorLocItems(data) {
  return !!(typeof data == "string" || Number.isSafeInteger(data));
}
function ValidationError(data) {
  if (data != null) {
    {
      var data0 = data.loc;
      if (Array.isArray(data0)) {
        const len0 = data0.length;
        for (let i0 = 0; i0 < len0; i0++)
          if (!ValidationErrorLocItems(data0[i0]))
            return !1;
      } else
        return !1;
    }
    {
      if (typeof data.msg != "string")
        return !1;
      {
        if (typeof data.type != "string")
          return !1;
        if (data.ctx !== void 0) {
          var data4 = data.ctx;
          if (data4 !== null && !(typeof data4 == "object" && data4 !== null && !Array.isArray(data4)))
            return !1;
        }
      }
    }
  } else
    return !1;
  return !0;
}
function HTTPValidationError(data) {
  if (typeof data == "object" && data !== null && !Array.isArray(data)) {
    if (data.detail !== void 0) {
      var data0 = data.detail;
      if (data0 !== null)
        if (Array.isArray(data0)) {
          const len0 = data0.length;
          for (let i0 = 0; i0 < len0; i0++)
            if (!ValidationError(data0[i0]))
              return !1;
        } else
          return !1;
    }
  } else
    return !1;
  return !0;
}

export const accepts = {
  MoEConfig,
  MambaConfig,
  SlidingWindowConfig,
  LinearLayerSpec,
  ToolCallConfig,
  ModelSpec,
  FinetuningType,
  APIEndpointData,
  BackendFormat,
  InferenceParams,
  PromptData,
  CreateModelEntityRequest,
  Lora,
  Adapter,
  ModelEntity,
  ValidationErrorLocItems,
  ValidationError,
  HTTPValidationError,
}
